"""Reports of companies that do not exist, and questions on them with the pages that answer."""

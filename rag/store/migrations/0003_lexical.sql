-- Contentless: the texts are in `texts`. Rows are our own words joined by spaces (rag.text.search_terms), so the
-- tokenizer has only to keep them whole: "ascii" takes all that is not ASCII as part of a word, and here all
-- ASCII punctuation that our words may hold as well.
CREATE VIRTUAL TABLE lexical USING fts5 (
    text,
    context,
    content = '',
    tokenize = "ascii tokenchars '!#$%&*+,-./:;<=>?@\^_`|~()[]{}'''"
);
CREATE VIRTUAL TABLE lexical_terms USING fts5vocab (lexical, 'row');

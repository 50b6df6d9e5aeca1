-- Schema of the herbarium database
CREATE TABLE specimen (
    id         INTEGER PRIMARY KEY,
    taxon      VARCHAR(120) NOT NULL,
    collector  INTEGER REFERENCES person(id),
    found_on   DATE,
    altitude_m SMALLINT CHECK (altitude_m BETWEEN 0 AND 4800),
    condition  CHAR(1) DEFAULT 'B'   -- A good, B fair, C eaten by beetles
);
CREATE INDEX specimen_taxon ON specimen (taxon);

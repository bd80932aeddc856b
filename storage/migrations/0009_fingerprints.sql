-- 0009: perceptual hashes of pictures, so that a picture without metadata is found again
-- Date: 2026-11-30
-- Reason: /verify. Hashes that differ in at most seven of 64 bits have one of eight bytes in common, so an index for
-- each byte finds all that are near, and no search reads the whole table (multi-index hashing: Norouzi, Punjani and
-- Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", 2012).

CREATE TABLE fingerprints (
    job_id  TEXT    NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    "index" INTEGER NOT NULL,                           -- 1…n, as on the buttons; 0: all of them on one sheet
    hash    INTEGER NOT NULL,                           -- both of gpu.fingerprint
    colours BLOB    NOT NULL,
    PRIMARY KEY (job_id, "index")
) STRICT, WITHOUT ROWID;

CREATE INDEX fingerprints_0 ON fingerprints ((hash >>  0) & 255, hash);
CREATE INDEX fingerprints_1 ON fingerprints ((hash >>  8) & 255, hash);
CREATE INDEX fingerprints_2 ON fingerprints ((hash >> 16) & 255, hash);
CREATE INDEX fingerprints_3 ON fingerprints ((hash >> 24) & 255, hash);
CREATE INDEX fingerprints_4 ON fingerprints ((hash >> 32) & 255, hash);
CREATE INDEX fingerprints_5 ON fingerprints ((hash >> 40) & 255, hash);
CREATE INDEX fingerprints_6 ON fingerprints ((hash >> 48) & 255, hash);
CREATE INDEX fingerprints_7 ON fingerprints ((hash >> 56) & 255, hash);

ALTER TABLE images ADD COLUMN hashed INTEGER NOT NULL DEFAULT 0;  -- 1: looked at; pictures of before are, in time
CREATE INDEX images_unhashed ON images (job_id) WHERE hashed = 0;

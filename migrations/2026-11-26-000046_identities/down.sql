DROP TABLE used_proofs;
DROP TABLE identities;

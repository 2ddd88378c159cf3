-- +goose Up
-- sought: the name as it is looked for, " denis lambert": lower case, without accents, a space before each word.
ALTER TABLE person ADD COLUMN sought TEXT NOT NULL DEFAULT '';
-- What the program folds from now on, for the names already there: the letters of French in either case.
UPDATE person SET sought = ' ' || lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
  replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(name,
  'é', 'e'), 'è', 'e'), 'ê', 'e'), 'ë', 'e'), 'à', 'a'), 'â', 'a'), 'ä', 'a'), 'î', 'i'), 'ï', 'i'), 'ô', 'o'), 'ö', 'o'), 'ù', 'u'), 'û', 'u'), 'ü', 'u'), 'ç', 'c'),
  'É', 'e'), 'È', 'e'), 'Ê', 'e'), 'Ë', 'e'), 'À', 'a'), 'Â', 'a'), 'Î', 'i'), 'Ï', 'i'), 'Ô', 'o'), 'Û', 'u'), 'Ç', 'c'), '-', ' '), '''', ' '))
WHERE name <> '';

-- +goose Down
ALTER TABLE person DROP COLUMN sought;

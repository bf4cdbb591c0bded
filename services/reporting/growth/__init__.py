"""What a newer version folds that the one before it did not: feeds read anew, tables refolded."""

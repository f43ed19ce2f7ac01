"""The book's tables, installed as placelab.data; see README.md here."""

"""Tools of the project itself: catalogues, generated documents, pictures. Not part of the product."""

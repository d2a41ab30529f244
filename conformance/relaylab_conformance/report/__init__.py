"""A certificate in every form it is read in: JSON, a page, XML for build servers, transcripts, a terminal."""

//! Tests of the facade and of the command line tool, and the table of the corpus.
mod cli;
mod corpus;
mod facade;
mod fate;

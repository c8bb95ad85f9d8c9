//! The server from outside: real sockets, real Redis, MongoDB and Kafka, as many servers as a test needs.

mod on_cluster;
mod support;

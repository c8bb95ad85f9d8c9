//! The relay from outside: the real program on real MongoDB and Kafka, killed where it hurts.

mod on_cluster;

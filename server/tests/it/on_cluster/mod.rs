//! What only a cluster can do, or what needs a look into Redis, MongoDB and Kafka.

mod faults;
mod holds;
mod rooms;

//! The client of the fan-out: one thread, one epoll, thousands of sockets, and the clicks that set them going.
//!
//! * `crowd`: the sockets and what they hear
//! * `join`: how they come in
//! * `binary`: which frames of Frontrow are which
//! * `clicks`: what sets a broadcast going
//! * `tally`: which click reached whom, and when
//! * `pace`: clicks at a steady pace, with the CPU that everybody has used meanwhile
//! * `process`: CPU and memory, as the kernel counts them
//! * `yardstick`: a yardstick as a process of its own
//!
//! Must never wait for one socket while others have something to say: it would measure itself.

pub(crate) mod binary;
pub(crate) mod clicks;
pub(crate) mod crowd;
pub(crate) mod join;
pub(crate) mod pace;
pub(crate) mod process;
pub(crate) mod tally;
pub(crate) mod yardstick;

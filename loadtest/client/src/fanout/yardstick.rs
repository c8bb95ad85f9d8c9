//! A yardstick as a process of its own, on the core of the server that it is compared with. Must never outlive its measurement.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};

use crate::yardsticks::Yardstick;

/// A yardstick that is running.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Running {
    /// On a port that nobody uses.
    pub(crate) fn start(kind: Yardstick, core: Option<usize>, snapshot_bytes: usize) -> Result<Self> {
        let program = std::env::current_exe()?;
        let mut command = match core {
            Some(core) => {
                let mut command = Command::new("taskset");
                command.args(["-c", &core.to_string()]).arg(program);
                command
            }
            None => Command::new(program),
        };
        command.args(["yardstick", kind.name(), "--addr", "127.0.0.1:0", "--snapshot-bytes"]);
        let child = command.arg(snapshot_bytes.to_string()).stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut running = Self { child: child.context("starting a yardstick")?, address: ([127, 0, 0, 1], 0).into() };
        let mut line = String::new();
        BufReader::new(running.child.stdout.take().context("no output")?).read_line(&mut line)?;
        let address =
            line.trim().strip_prefix("listening on ").with_context(|| format!("the yardstick said {line}"))?;
        running.address = address.parse()?;
        Ok(running)
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

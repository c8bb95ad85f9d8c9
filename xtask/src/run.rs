//! Commands that run to their end: builds, installers, test runners. Must never outlive xtask, nor leave a process behind on Ctrl-C.

use std::{
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::stop::{Stop, TICK};

/// How long to wait for the last lines of a command that has ended.
const LAST_LINES_TICKS: u32 = 20;

/// Runs a command with its output on the terminal; anything but success is an error.
pub(crate) fn run(command: &mut Command, stop: &Stop) -> Result<()> {
    let mut child = spawn(command)?;
    expect_success(command, wait(&mut child, stop)?)
}

/// Runs a command and hands over its standard output line by line.
pub(crate) fn run_lines(command: &mut Command, stop: &Stop, mut on_line: impl FnMut(&str)) -> Result<()> {
    run_beside(command, stop, |line| {
        line.into_iter().for_each(&mut on_line);
        Ok(())
    })
}

/// The same, with something else to do meanwhile: `beside` is called with every line, and with none at least every tick.
/// Its error ends the command.
pub(crate) fn run_beside(
    command: &mut Command,
    stop: &Stop,
    mut beside: impl FnMut(Option<&str>) -> Result<()>,
) -> Result<()> {
    let mut child = spawn(command.stdout(Stdio::piped()))?;
    let lines = lines_of(&mut child)?;
    let mut silent_ticks = 0;
    loop {
        let line = lines.recv_timeout(TICK);
        if let Err(error) = beside(line.as_deref().ok()) {
            end_group(&mut child)?;
            return Err(error);
        }
        match line {
            // A grandchild may keep the pipe open after the command itself has ended; and on a busy machine its last lines may
            // come a while after its end.
            Err(RecvTimeoutError::Timeout) if silent_ticks == LAST_LINES_TICKS => break,
            Err(RecvTimeoutError::Timeout) if child.try_wait()?.is_some() => silent_ticks += 1,
            Err(RecvTimeoutError::Timeout) if stop.requested() => break,
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    expect_success(command, wait(&mut child, stop)?)
}

/// Runs a short command silently; its output appears only in the error.
pub(crate) fn run_quietly(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot run {}", name(command)))?;
    if !output.status.success() {
        let text = [output.stdout, output.stderr].concat();
        bail!("{} ended with {}\n{}", name(command), output.status, String::from_utf8_lossy(&text).trim_end());
    }
    Ok(())
}

/// Its own process group: Ctrl-C reaches xtask alone, which then ends the whole group in order.
fn spawn(command: &mut Command) -> Result<Child> {
    let spawned = command.stdin(Stdio::null()).process_group(0).spawn();
    spawned.with_context(|| format!("cannot run {}", name(command)))
}

fn wait(child: &mut Child, stop: &Stop) -> Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if let Err(interrupted) = stop.tick() {
            end_group(child)?;
            return Err(interrupted.into());
        }
    }
}

fn end_group(child: &mut Child) -> Result<()> {
    let group = Pid::from_child(child);
    let deadline = Instant::now() + Duration::from_secs(5);
    let _ = kill_process_group(group, Signal::TERM);
    while child.try_wait()?.is_none() && Instant::now() < deadline {
        thread::sleep(TICK);
    }
    let _ = kill_process_group(group, Signal::KILL);
    child.wait()?;
    Ok(())
}

fn lines_of(child: &mut Child) -> Result<Receiver<String>> {
    let output = child.stdout.take().context("standard output is not piped")?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(output);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            if sender.send(String::from_utf8_lossy(&line).trim_end().to_owned()).is_err() {
                return;
            }
            line.clear();
        }
    });
    Ok(receiver)
}

fn expect_success(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    bail!("`{}` ended with {status}", name(command))
}

fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_arrive_in_order_and_a_failure_is_an_error() {
        let stop = Stop::on_signals().unwrap();
        let mut lines = Vec::new();
        let mut script = Command::new("sh");
        let result =
            run_lines(script.args(["-c", "echo one; echo two; exit 3"]), &stop, |line| lines.push(line.to_owned()));
        assert_eq!(lines, ["one", "two"]);
        assert!(result.unwrap_err().to_string().contains("exit status: 3"));
    }
}

//! The `MongoDB` wire protocol as far as xtask needs it: one `OP_MSG` out, one back. Must never grow into a driver.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use anyhow::{Context, Result, ensure};
use bson::Document;

/// The only operation a current server knows.
const OP_MSG: i32 = 2013;
/// Four numbers of four bytes: length, request id, the request this answers, operation.
const HEADER: usize = 16;
/// Flags (four bytes, none set) and the kind of the only section (one byte, 0: a document).
const PREFIX: usize = 5;
/// A guard against reading nonsense as a length: 48 MB is the protocol's own limit.
const MAX_MESSAGE: usize = 48_000_000;

/// Runs one command on the `admin` database and returns the server's answer, an error answer included.
pub(super) fn command(stream: &mut TcpStream, mut command: Document) -> Result<Document> {
    command.insert("$db", "admin");
    stream.write_all(&encode(&command)?)?;
    let mut header = [0; HEADER];
    stream.read_exact(&mut header)?;
    let length = usize::try_from(number(&header, 0))?;
    ensure!((HEADER + PREFIX..MAX_MESSAGE).contains(&length), "an answer of {length} bytes");
    ensure!(number(&header, 12) == OP_MSG, "not an OP_MSG answer");
    let mut body = vec![0; length - HEADER];
    stream.read_exact(&mut body)?;
    let document = body.get(PREFIX..).context("a short answer")?;
    Ok(Document::from_reader(document)?)
}

fn encode(command: &Document) -> Result<Vec<u8>> {
    let body = command.to_vec()?;
    let length = i32::try_from(HEADER + PREFIX + body.len())?;
    let (request_id, answers) = (1_i32, 0_i32);
    let mut message = Vec::with_capacity(HEADER + PREFIX + body.len());
    for field in [length, request_id, answers, OP_MSG] {
        message.extend(field.to_le_bytes());
    }
    message.extend([0; PREFIX]);
    message.extend(body);
    Ok(message)
}

fn number(header: &[u8; HEADER], at: usize) -> i32 {
    i32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_carries_its_own_length_and_operation() {
        let message = encode(&bson::doc! { "hello": 1, "$db": "admin" }).unwrap();
        let header: [u8; HEADER] = message[..HEADER].try_into().unwrap();
        assert_eq!(usize::try_from(number(&header, 0)).unwrap(), message.len());
        assert_eq!(number(&header, 12), OP_MSG);
        assert_eq!(Document::from_reader(&message[HEADER + PREFIX..]).unwrap().get_str("$db").unwrap(), "admin");
    }
}

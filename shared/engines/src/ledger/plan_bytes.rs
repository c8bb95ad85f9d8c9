//! A seating plan as it is stored: compressed, under the hash of its content.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use frontrow_domain::hex;
use sha2::{Digest as _, Sha256};

use super::LedgerError;

/// The largest plan that is unpacked: far above 150,000 seats, far below what would hurt.
const MAX_UNPACKED_BYTES: u64 = 128 * 1024 * 1024;

/// A plan's JSON, gzipped. A 150,000-seat plan shrinks from 22 MB to about 1 MB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanBytes {
    hash: String,
    packed: Vec<u8>,
}

impl PlanBytes {
    /// Packs a plan. The hash is of the JSON, so that the same plan is stored once.
    pub fn pack(json: &[u8]) -> std::io::Result<Self> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(json)?;
        Ok(Self { hash: hex::lower(&Sha256::digest(json)), packed: encoder.finish()? })
    }

    /// What was stored under `hash`.
    pub(super) const fn stored(hash: String, packed: Vec<u8>) -> Self {
        Self { hash, packed }
    }

    /// SHA-256 of the JSON, lower-case hex.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The gzipped JSON.
    pub fn packed(&self) -> &[u8] {
        &self.packed
    }

    /// The JSON, checked against the hash.
    pub fn unpack(&self) -> Result<Vec<u8>, LedgerError> {
        let mut json = Vec::new();
        GzDecoder::new(self.packed.as_slice())
            .take(MAX_UNPACKED_BYTES)
            .read_to_end(&mut json)
            .map_err(|error| LedgerError::Corrupt(format!("the plan {} does not unpack: {error}", self.hash)))?;
        if hex::lower(&Sha256::digest(&json)) != self.hash {
            return Err(LedgerError::Corrupt(format!("the plan {} has another content than its hash", self.hash)));
        }
        Ok(json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_unpacks_to_what_was_packed_and_damage_is_noticed() {
        let plan = PlanBytes::pack(b"{\"name\":\"Studio\"}").expect("packs");
        assert_eq!(plan.unpack().expect("unpacks"), b"{\"name\":\"Studio\"}");
        let other = PlanBytes::stored(plan.hash().to_owned(), PlanBytes::pack(b"{}").expect("packs").packed().to_vec());
        assert!(matches!(other.unpack(), Err(LedgerError::Corrupt(_))));
        let cut = PlanBytes::stored(plan.hash().to_owned(), plan.packed()[..10].to_vec());
        assert!(matches!(cut.unpack(), Err(LedgerError::Corrupt(_))));
    }
}

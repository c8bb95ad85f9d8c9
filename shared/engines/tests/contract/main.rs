//! The contract suites of the three ports, run against the real servers.
//!
//! `cargo xtask test` starts the servers and names them in the environment. Without them these tests fail: a contract
//! that was not tried was not kept.

mod hold_book;
mod holds;
mod ledger;
mod log;
mod support;

/// Runs every function of a suite as a test of its own against one adapter.
///
/// The adapter's module is named after the server, so that the test summary can count per server.
#[macro_export]
macro_rules! contract {
    ($server:ident, $open:path, [$($test:ident),+ $(,)?]) => {
        mod $server {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$test(&$open().await).await;
                }
            )+
        }
    };
}

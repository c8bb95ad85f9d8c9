//! The contract suites of the three ports, run against every engine: the real servers, and a real file.
//!
//! `cargo xtask test` starts the servers and names them in the environment. Without them these tests fail: a contract
//! that was not tried was not kept.

mod accounts;
mod hold_book;
mod holds;
mod journal;
mod ledger;
mod log;
mod orders;
mod outbox;
mod resales;
mod sales;
mod selling;
mod sqlite;
mod support;
mod tickets;

/// Runs every function of a suite as a test of its own, against each of the adapters.
///
/// An adapter's module is named after what it runs on, so that the test summary can count per server.
#[macro_export]
macro_rules! contract {
    (@one $engine:ident, $open:path, [$($test:ident),+ $(,)?]) => {
        mod $engine {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$test(&$open().await).await;
                }
            )+
        }
    };
    ([$($engine:ident: $open:path),+ $(,)?], $tests:tt) => {
        $( $crate::contract!(@one $engine, $open, $tests); )+
    };
}

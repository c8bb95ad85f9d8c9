//! The program itself is killed in the middle and goes on with the same file.

use std::collections::BTreeMap;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use frontrow_domain::clock::SystemClock;
use frontrow_domain::ids::PaymentId;
use frontrow_engines::payments::{Charged, HttpPayments, PaymentError, PaymentStatus, Payments as _};
use frontrow_server::mockpay::{MockPay, Options};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep, timeout};

use crate::receiver::Receiver;
use crate::support::{Folder, PATIENCE, Sale, adapter};

/// A provider that can be killed.
struct Program {
    folder: Folder,
    url: String,
    address: String,
    webhook: String,
    child: Child,
}

impl Program {
    async fn start(webhook: &str) -> Self {
        let folder = Folder::new();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let child = spawn(&folder, &address, webhook);
        let this = Self { folder, url: format!("http://{address}"), address, webhook: webhook.into(), child };
        this.ready().await;
        this
    }

    async fn ready(&self) {
        let ready = async {
            while !reqwest::get(format!("{}/healthz", self.url)).await.is_ok_and(|reply| reply.status() == 200) {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(PATIENCE, ready).await.expect("it gets ready");
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    async fn again(&mut self) {
        self.child = spawn(&self.folder, &self.address, &self.webhook);
        self.ready().await;
    }

    fn payments(&self) -> HttpPayments {
        adapter(&self.url)
    }

    /// Asks it to end, as a supervisor does.
    async fn terminate(&mut self) -> ExitStatus {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        let ended = async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status;
                }
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(PATIENCE, ended).await.expect("it ends")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Options by arguments and by the environment.
fn spawn(folder: &Folder, address: &str, webhook: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_frontrow-mockpay"))
        .args(["--addr", address, "--slow-ms", "600"])
        .env("FRONTROW_MOCKPAY_FILE", folder.file())
        .env("FRONTROW_MOCKPAY_WEBHOOKS", webhook)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Pays order after order until the provider is gone; what each was told, `None` if it is not known.
async fn pay(payments: HttpPayments, stop: Arc<AtomicBool>) -> Vec<(Sale, Option<Charged>)> {
    let mut paid = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        for method in ["card_ok", "card_slow", "card_declined", "card_duplicated"] {
            let sale = Sale::new();
            match payments.charge(&sale.charge(method, "a")).await {
                Ok(told) => paid.push((sale, Some(told))),
                Err(PaymentError::Unknown(_)) => paid.push((sale, None)),
                Err(PaymentError::NotReached(_)) => return paid,
                Err(PaymentError::Refused(why)) => panic!("{why}"),
            }
        }
    }
    paid
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i3_what_was_answered_survives_kills_and_what_is_due_goes_on() {
    let receiver = Receiver::start().await;
    let mut program = Program::start(&receiver.url()).await;
    let mut paid = Vec::new();
    for _ in 0..3 {
        let stop = Arc::new(AtomicBool::new(false));
        let payers: Vec<_> = (0..6).map(|_| tokio::spawn(pay(program.payments(), Arc::clone(&stop)))).collect();
        sleep(Duration::from_millis(250)).await;
        program.kill();
        stop.store(true, Ordering::SeqCst);
        for payer in payers {
            paid.extend(payer.await.unwrap());
        }
        program.again().await;
    }
    let payments = program.payments();
    let mut captured = Vec::new();
    for (sale, told) in &paid {
        let payment = settled(&payments, sale.payment).await;
        match told {
            Some(Charged::Captured | Charged::Processing) => assert_eq!(payment, Some(PaymentStatus::Captured)),
            Some(Charged::Declined { .. }) => assert_eq!(payment, Some(PaymentStatus::Open)),
            Some(Charged::Cancelled) => panic!("nobody cancelled"),
            None => {}
        }
        if payment == Some(PaymentStatus::Captured) {
            captured.push(sale.payment);
        }
    }
    assert!(paid.len() > 40 && captured.len() > 20, "{} paid, {} captured", paid.len(), captured.len());
    everybody_is_told(&receiver, &captured).await;
    assert!(program.terminate().await.success());
}

/// Where it stands when nothing is due any more.
async fn settled(payments: &HttpPayments, id: PaymentId) -> Option<PaymentStatus> {
    let done = async {
        loop {
            match payments.payment(id).await.unwrap().map(|payment| payment.status) {
                Some(PaymentStatus::Processing) => sleep(Duration::from_millis(10)).await,
                other => return other,
            }
        }
    };
    timeout(PATIENCE, done).await.expect("it is captured in the end")
}

/// At least once each.
async fn everybody_is_told(receiver: &Receiver, captured: &[PaymentId]) {
    let start = Instant::now();
    loop {
        let mut told: BTreeMap<String, usize> = BTreeMap::new();
        for event in receiver.received().iter().map(crate::receiver::Received::event) {
            if event["type"] == "payment_intent.succeeded" {
                *told.entry(event["data"]["object"]["id"].as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
        let untold = captured.iter().filter(|id| !told.contains_key(&id.to_string())).count();
        if untold == 0 {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{untold} of {} were never told", captured.len());
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn notices_that_nobody_took_are_delivered_after_a_kill() {
    let receiver = Receiver::start().await;
    receiver.will_answer(&[500, 500]);
    let mut program = Program::start(&receiver.url()).await;
    let sale = Sale::new();
    let charged = program.payments().charge(&sale.charge("card_ok", "a")).await.unwrap();
    assert_eq!(charged, Charged::Captured);
    receiver.wait_for(1).await;
    program.kill();
    program.again().await;
    let received = receiver.wait_for(3).await;
    assert_eq!(received.iter().map(|attempt| attempt.answered).collect::<Vec<_>>(), [500, 500, 200]);
    // A key is remembered as well.
    assert_eq!(program.payments().charge(&sale.charge("card_ok", "a")).await.unwrap(), Charged::Captured);
    assert_eq!(program.payments().payment(sale.payment).await.unwrap(), Some(sale.is(PaymentStatus::Captured, 0)));
}

#[tokio::test]
async fn a_stop_waits_for_nobody_long_and_closes_the_file() {
    let (folder, sale) = (Folder::new(), Sale::new());
    let start = async || {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mock = MockPay::start(Options::development(folder.file()), Arc::new(SystemClock), listener).unwrap();
        let payments = adapter(&format!("http://{}", mock.address));
        (mock, payments)
    };
    let (mock, payments) = start().await;
    let hanging = tokio::spawn({
        let charge = sale.charge("card_hangs", "a");
        async move { payments.charge(&charge).await }
    });
    sleep(Duration::from_millis(100)).await;
    let stopping = Instant::now();
    mock.stop().await;
    assert!(stopping.elapsed() < Duration::from_millis(1_900), "{:?}", stopping.elapsed());
    assert!(matches!(hanging.await.unwrap(), Err(PaymentError::Unknown(_))));
    let beside = folder.file().with_extension("db-wal");
    assert!(!beside.exists(), "the last connection to a file tidies up");
    let (mock, payments) = start().await;
    assert_eq!(payments.payment(sale.payment).await.unwrap(), Some(sale.is(PaymentStatus::Captured, 0)));
    mock.stop().await;
}

#[tokio::test]
async fn a_file_of_another_program_is_left_alone() {
    let folder = Folder::new();
    std::fs::write(folder.file(), "a text of somebody else").unwrap();
    let mut child = spawn(&folder, "127.0.0.1:0", "");
    assert!(!child.wait().unwrap().success());
    assert_eq!(std::fs::read_to_string(folder.file()).unwrap(), "a text of somebody else");
}

//! The authorisation matrix: every operation of the document, tried by everybody. Who may is read from the document
//! (`x-access`); who gets through is asked of a server. Nobody who is refused may change or learn anything. What comes out
//! is kept as `docs/authorisation.md`.

mod calls;
mod expected;
mod people;
mod samples;
mod scene;
mod table;

use std::path::Path;

use serde_json::Value;

use crate::support::Engine;
use crate::support::document::DOCUMENT;
use calls::Seen;
use expected::{Target, Verdict, expected};
use people::Caller;
use scene::Scene;
use table::Row;

crate::journeys!([everybody_gets_what_the_document_says]);

/// An operation of the document, on what is public or on a draft.
#[derive(Clone, Copy)]
pub(crate) struct Operation<'a> {
    pub(crate) method: &'a str,
    pub(crate) template: &'a str,
    pub(crate) said: &'a Value,
    pub(crate) target: Target,
}

impl Operation<'_> {
    pub(crate) fn id(&self) -> &str {
        self.said["operationId"].as_str().expect("an id")
    }

    /// For messages and the table.
    fn name(&self) -> String {
        let draft = if self.target == Target::Draft { " (draft)" } else { "" };
        format!("`{} {}`{draft}", self.method.to_ascii_uppercase(), self.template)
    }
}

/// All of them, in an order in which none takes away what a later one needs: logins are used before they end.
fn operations() -> Vec<Operation<'static>> {
    let mut all = Vec::new();
    for (template, item) in DOCUMENT.root["paths"].as_object().expect("paths") {
        for (method, said) in item.as_object().expect("operations") {
            let of = |target| Operation { method, template, said, target };
            all.push(of(Target::Public));
            if said["x-access"].get("draft_exists_for").is_some() {
                all.push(of(Target::Draft));
            }
        }
    }
    all.sort_by_key(|operation| match operation.id() {
        "refresh" => 0,
        "confirm_password_reset" => 2,
        "logout" => 3,
        _ => 1,
    });
    all
}

async fn everybody_gets_what_the_document_says(engine: Engine) {
    let scene = Scene::set(engine).await;
    let operations = operations();
    let mut wrong = Vec::new();
    // First whoever is refused, everywhere: nothing of what was made for the others may change by it.
    let before = scene.look().await;
    for operation in &operations {
        for caller in Caller::ALL {
            let wanted = expected(operation, caller);
            if let Verdict::Refused(..) = wanted {
                wrong.extend(refused(&scene, operation, caller, wanted).await);
            }
        }
        let after = scene.look().await;
        assert_eq!(before, after, "{}: somebody who was refused has changed something", operation.name());
    }
    let mut rows = Vec::new();
    for operation in &operations {
        wrong.extend(admitted(&scene, operation).await);
        let verdicts = Caller::ALL.map(|caller| expected(operation, caller));
        rows.push(Row { name: operation.name(), verdicts });
    }
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
    println!("measured: {} rows x {} callers as the document says", rows.len(), Caller::ALL.len());
    keep(&table::page(rows));
}

/// What is wrong with the refusals of a caller: of a request as it should be, and of one that is nonsense besides, for
/// who may is decided before what is valid.
async fn refused(scene: &Scene, operation: &Operation<'_>, caller: Caller, wanted: Verdict) -> Vec<String> {
    let mut wrong = Vec::new();
    let names_it_in_its_body = wanted == Verdict::MISSING && !operation.template.contains('{');
    let ways: &[bool] = if names_it_in_its_body { &[false] } else { &[false, true] };
    for &is_nonsense in ways {
        let seen = calls::call(scene, operation, caller, is_nonsense).await;
        if seen.verdict != wanted {
            let nonsense = if is_nonsense { ", with nonsense" } else { "" };
            wrong.push(format!("{} by {caller:?}{nonsense}: wanted {wanted:?}, {seen:?}", operation.name()));
        }
        wrong.extend(leaked(scene, operation, caller, &seen));
    }
    wrong
}

/// What is wrong with the answers to those who may. One of them has to succeed: a request that nobody gets through with
/// would prove nothing.
async fn admitted(scene: &Scene, operation: &Operation<'_>) -> Vec<String> {
    let (mut wrong, mut succeeded, mut tried) = (Vec::new(), 0, 0);
    for caller in Caller::BY_RIGHTS {
        if expected(operation, caller) != Verdict::Admitted {
            continue;
        }
        let seen = calls::call(scene, operation, caller, false).await;
        tried += 1;
        succeeded += u32::from(seen.is_success);
        if seen.verdict != Verdict::Admitted {
            wrong.push(format!("{} by {caller:?}: wanted to get through, {seen:?}", operation.name()));
        }
        wrong.extend(leaked(scene, operation, caller, &seen));
    }
    if tried > 0 && succeeded == 0 && operation.target == Target::Public {
        wrong.push(format!("{}: nobody succeeded, so the request is no good", operation.name()));
    }
    wrong
}

/// Whether an answer to a stranger has anything of the buyer's or of the draft in it.
fn leaked(scene: &Scene, operation: &Operation<'_>, caller: Caller, seen: &Seen) -> Option<String> {
    let may_know = match caller {
        Caller::Buyer | Caller::Organizer | Caller::Admin => true,
        Caller::Scanner => operation.id() == "check_in",
        _ => false,
    };
    let known = scene.secrets.iter().find(|secret| !may_know && seen.text.contains(secret.as_str()))?;
    Some(format!("{} tells {caller:?} about {known}: {}", operation.name(), seen.text))
}

fn keep(made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/authorisation.md");
    if std::env::var_os("FRONTROW_BLESS").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let first = made.lines().zip(kept.lines()).find(|(made, kept)| made != kept);
    assert!(made == kept, "docs/authorisation.md is not true any more, FRONTROW_BLESS=1 writes it anew: {first:?}");
}

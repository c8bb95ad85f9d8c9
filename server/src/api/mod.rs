//! The API's description of itself: `GET /api/openapi.json` (OpenAPI 3.1) and the page that shows it, `GET /api/docs`.
//!
//! A route is registered together with its description ([`Routes`]), so there is none without. What the descriptions say
//! of bodies comes from the types that are read and written; the journeys hold every answer against it. Nothing here
//! decides what a request does.

pub(crate) mod about;
mod access;
mod document;
mod frames;
mod operation;
mod pages;
mod parameters;
mod problems;
mod routes;

pub(crate) use pages::Pages;
pub(crate) use routes::{API, Routes};

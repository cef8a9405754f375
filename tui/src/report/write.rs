//! An answer written down, in the format that was asked for.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use sbw_queries::answers::all::All;
use sbw_queries::answers::session::Session;
use sbw_queries::{Answer, Document};

use super::sheet::{ToSheet, sections};
use super::{ReportError, csv, markdown, table};
use crate::args::Format;
use crate::text;

/// One view.
pub(super) fn write<T: Answer + ToSheet>(
    document: &Document<T>,
    format: Format,
) -> Result<String, ReportError> {
    let sheet = || document.body.to_sheet();
    Ok(match format {
        Format::Json => json(document)?,
        Format::Csv => csv::write(&sheet())?,
        Format::Md => markdown::write(&heading(document), &sheet()),
        Format::Table => table::write(&heading(document), &sheet()),
    })
}

/// Every view: a section each, with an empty line between two.
pub(super) fn write_all(document: &Document<All>, format: Format) -> Result<String, ReportError> {
    let sections = || sections(&document.body).into_iter();
    let heading = heading(document);
    Ok(match format {
        Format::Json => json(document)?,
        Format::Csv => sections()
            .map(|(view, sheet)| Ok(format!("{view}\n{}", csv::write(&sheet)?)))
            .collect::<Result<Vec<_>, ReportError>>()?
            .join("\n"),
        Format::Md => {
            let views = sections().map(|(view, sheet)| markdown::write(view, &sheet));
            let views: Vec<_> = views.collect();
            format!("{}\n{}", markdown::title(&heading), views.join("\n"))
        }
        Format::Table => {
            let views = sections().map(|(view, sheet)| table::write(view, &sheet));
            let views: Vec<_> = views.collect();
            format!("{}\n{}", table::title(&heading), views.join("\n"))
        }
    })
}

fn json<T: Answer>(document: &Document<T>) -> Result<String, ReportError> {
    let mut json = text::harmless_json(&serde_json::to_string_pretty(document)?);
    json.push('\n');
    Ok(json)
}

/// The question in words, above a table.
fn heading<T: Answer>(document: &Document<T>) -> String {
    if T::VIEW == Session::VIEW {
        return format!("{}, all of its time", T::VIEW);
    }
    let filter = &document.filter;
    let time = |time: DateTime<Utc>| time.format("%Y-%m-%dT%H:%M:%SZ");
    let mut heading = format!(
        "{}, {} to {}",
        document.view,
        time(document.from),
        time(document.to)
    );
    for (name, value) in [
        ("login", &filter.login),
        ("category", &filter.category),
        ("brand", &filter.brand),
        ("product", &filter.product),
        ("event", &filter.event),
    ] {
        if let Some(value) = value {
            let _ = write!(heading, ", {name} {}", text::clean(value));
        }
    }
    heading
}

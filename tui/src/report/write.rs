//! An answer written down, in the format that was asked for.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use sbw_queries::answers::all::All;
use sbw_queries::answers::session::Session;
use sbw_queries::{Answer, Document, Zone};

use super::sheet::{ToSheet, sections};
use super::{ReportError, csv, markdown, table};
use crate::args::Format;
use crate::text;

/// One view. JSON is for programs: its times are UTC, whatever the zone.
pub(super) fn write<T: Answer + ToSheet>(
    document: &Document<T>,
    format: Format,
    zone: &Zone,
) -> Result<String, ReportError> {
    let sheet = || document.body.to_sheet().by_the_clocks_of(zone);
    Ok(match format {
        Format::Json => json(document)?,
        Format::Csv => csv::write(&sheet())?,
        Format::Md => markdown::write(&heading(document, zone), &sheet()),
        Format::Table => table::write(&heading(document, zone), &sheet()),
    })
}

/// Every view: a section each, with an empty line between two.
pub(super) fn write_all(
    document: &Document<All>,
    format: Format,
    zone: &Zone,
) -> Result<String, ReportError> {
    let sections = || {
        let sections = sections(&document.body).into_iter();
        sections.map(|(view, sheet)| (view, sheet.by_the_clocks_of(zone)))
    };
    let heading = heading(document, zone);
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
fn heading<T: Answer>(document: &Document<T>, zone: &Zone) -> String {
    let clocks = if *zone == Zone::utc() {
        String::new()
    } else {
        format!(", by the clocks of {zone}")
    };
    if T::VIEW == Session::VIEW {
        return format!("{}, all of its time{clocks}", T::VIEW);
    }
    let filter = &document.filter;
    let time = |time: DateTime<Utc>| zone.at(time).to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut heading = format!(
        "{}, {} to {}{clocks}",
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

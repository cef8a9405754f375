//! The one rule.

use sbw_queries::Question;
use sbw_queries::answers::raw::RawEvent;

pub(crate) fn kept<'a>(events: &'a [RawEvent], question: &Question) -> Vec<&'a RawEvent> {
    events
        .iter()
        .filter(|event| keeps(event, question))
        .collect()
}

/// NULL and '' are the same nothing.
pub(crate) fn present(value: Option<&String>) -> Option<&str> {
    value.map(String::as_str).filter(|value| !value.is_empty())
}

pub(crate) fn is_product(event: &RawEvent) -> bool {
    present(event.context_product_id.as_ref()).is_some()
        || present(event.context_product_name.as_ref()).is_some()
}

fn keeps(event: &RawEvent, question: &Question) -> bool {
    let Question { range, filter } = question;
    let login = match filter.login.as_deref() {
        None => true,
        Some("unknown") => present(event.user_login_state.as_ref()).is_none(),
        Some(state) => event.user_login_state.as_deref() == Some(state),
    };
    let of_product = |wanted: Option<&String>, value: Option<&String>| match wanted {
        None => true,
        Some(wanted) => {
            value == Some(wanted)
                || (wanted == "UNKNOWN" && is_product(event) && present(value).is_none())
        }
    };
    range.from() <= event.event_timestamp
        && event.event_timestamp < range.to()
        && login
        && of_product(
            filter.category.as_ref(),
            event.context_product_category.as_ref(),
        )
        && of_product(filter.brand.as_ref(), event.context_product_brand.as_ref())
        && (filter.product.is_none() || filter.product == event.context_product_id)
        && filter
            .event
            .as_ref()
            .is_none_or(|name| *name == event.event_name)
}

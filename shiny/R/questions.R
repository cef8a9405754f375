# What can be asked: a function a view, with the parameters of its SQL file in
# order. The answers have the fields of `sbw-tui report VIEW --format json`.

FUNNEL_STEPS <- c("product_view", "add_to_cart_click", "checkout_start", "checkout_complete")

# Which events count: from <= event_timestamp < to, and every filter that is set.
question <- function(from, to, login = NA, category = NA, brand = NA, product = NA, event = NA) {
  list(from = from, to = to, login = login, category = category, brand = brand, product = product, event = event)
}

# $1 to $7 of most files.
shared <- function(q) c(q$from, q$to, q$login, q$category, q$brand, q$product, q$event)

ask_overview <- function(dwh, q) {
  periods <- ask(dwh, "overview", shared(q))
  totals <- setdiff(names(periods), c("period", "from_time", "to_time"))
  c(as.list(periods[1, totals]), list(previous = as.list(periods[2, totals])))
}

ask_timeseries <- function(dwh, q, bucket = usual_bucket(q), zone = "UTC") {
  list(bucket = bucket, points = ask(dwh, "timeseries", c(shared(q), bucket, zone)))
}

ask_events <- function(dwh, q, limit = 10) list(rows = ask(dwh, "events", c(shared(q), limit)))

ask_logins <- function(dwh, q) list(rows = ask(dwh, "logins", shared(q)))

ask_categories <- function(dwh, q, limit = 10) list(rows = ask(dwh, "breakdown", c(shared(q), "category", limit)))

ask_brands <- function(dwh, q, limit = 10) list(rows = ask(dwh, "breakdown", c(shared(q), "brand", limit)))

ask_products <- function(dwh, q, limit = 20) list(rows = ask(dwh, "products", c(shared(q), limit)))

# `by`: login, category or brand gives a funnel for each. A step may name alternatives: a|b.
ask_funnel <- function(dwh, q, by = NA, steps = FUNNEL_STEPS) {
  rows <- ask(dwh, "funnel", c(shared(q), text_array(steps), by))
  of_all <- rows[names(rows) != "segment"]
  if (is.na(by)) return(list(rows = of_all))
  # In the order of the answer: split() would sort.
  groups <- lapply(unique(rows$segment), function(name) {
    list(name = name, rows = of_all[rows$segment == name, , drop = FALSE])
  })
  list(groups = groups)
}

ask_sessions <- function(dwh, q) {
  rows <- ask(dwh, "sessions", shared(q))
  of_all <- setdiff(names(rows), c("label", "in_class"))
  c(as.list(rows[1, of_all]),
    list(duration_histogram = data.frame(label = rows$label, sessions = rows$in_class)))
}

ask_heatmap <- function(dwh, q, zone = "UTC") {
  rows <- ask(dwh, "heatmap", c(shared(q), zone))
  busiest <- rows[rows$busiest, c("weekday", "hour", "events")]
  list(cells = matrix(rows$events, nrow = 7, byrow = TRUE), busiest = if (nrow(busiest)) as.list(busiest))
}

# `before`: time and id of the last event seen.
ask_raw <- function(dwh, q, before = c(NA, NA), products_only = FALSE, limit = 20) {
  list(rows = ask(dwh, "raw", c(shared(q), before, products_only, limit)))
}

ask_raw_pages <- function(dwh, q, products_only = FALSE, limit = 20) {
  as.list(ask(dwh, "raw_pages", c(shared(q), products_only, limit)))
}

# `before`: start and id of the last session seen.
ask_session_list <- function(dwh, q, before = c(NA, NA), step = NA, dropped = FALSE, steps = FUNNEL_STEPS, limit = 20) {
  list(rows = ask(dwh, "session_list", c(shared(q), text_array(steps), step, dropped, before, limit)))
}

# One session, all of its time.
ask_session <- function(dwh, id, after = c(NA, NA), limit = 10000) {
  list(session_id = id, rows = ask(dwh, "session", c(id, after, limit)))
}

ask_pipeline <- function(dwh, now) {
  state <- as.list(ask(dwh, "pipeline", now))
  runs <- ask(dwh, "pipeline_runs", 20)
  c(list(last_run = if (nrow(runs)) as.list(runs[1, ])), state, list(runs = runs))
}

# The width that suits a range: an hour up to 48 hours, else a day.
usual_bucket <- function(q) {
  hours <- as.numeric(difftime(as_time(q$to), as_time(q$from), units = "hours"))
  if (hours <= 48) "hour" else "day"
}

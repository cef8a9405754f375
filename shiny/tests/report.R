# Answers requests (JSON, one a line) with the documents that `sbw-tui report` would
# print, made from what the app's own functions give. Run in the app's folder.

for (file in list.files("R", "[.]R$", full.names = TRUE)) source(file, encoding = "UTF-8")

# A request leaves out what it does not set.
asked <- function(request, name, default = NA) if (is.null(request[[name]])) default else request[[name]]

answer <- function(dwh, request) {
  given <- lapply(setNames(nm = c("login", "category", "brand", "product", "event")), function(name) asked(request, name))
  q <- do.call(question, c(list(request$from, request$to), given))
  zone <- asked(request, "tz", "UTC")
  steps <- unlist(asked(request, "steps", FUNNEL_STEPS))
  before <- unlist(asked(request, "before", c(NA, NA)))
  limited <- function(ask_view, ...) {
    if (is.null(request$limit)) ask_view(dwh, q, ...) else ask_view(dwh, q, ..., limit = request$limit)
  }
  body <- switch(request$view,
    overview = ask_overview(dwh, q),
    timeseries = ask_timeseries(dwh, q, asked(request, "bucket", usual_bucket(q)), zone),
    events = limited(ask_events),
    logins = ask_logins(dwh, q),
    categories = limited(ask_categories),
    brands = limited(ask_brands),
    products = limited(ask_products),
    funnel = ask_funnel(dwh, q, asked(request, "by"), steps),
    sessions = ask_sessions(dwh, q),
    heatmap = ask_heatmap(dwh, q, zone),
    session_list = limited(ask_session_list, before, asked(request, "step"), asked(request, "outcome", "") == "dropped", steps),
    session = ask_session(dwh, request$session),
    raw = limited(ask_raw, before, asked(request, "products_only", FALSE)),
    pipeline = ask_pipeline(dwh, utc_now())
  )
  filter <- Filter(Negate(is.na), given)
  c(list(view = request$view, from = request$from, to = request$to,
         filter = if (length(filter)) filter else structure(list(), names = character())), body)
}

document <- function(answer) {
  text <- jsonlite::toJSON(answer, dataframe = "rows", matrix = "rowmajor", auto_unbox = TRUE, na = "null", null = "null", digits = NA)
  # Money is digits, so that none gets lost: here it becomes a number again.
  gsub(paste0("\"(", paste(MONEY, collapse = "|"), ")\":\"(-?[0-9]+)\""), "\"\\1\":\\2", text)
}

dwh <- warehouse()
message("driver ", dwh$driver)
requests <- file("stdin", encoding = "UTF-8")
open(requests)
while (length(line <- readLines(requests, n = 1))) {
  request <- jsonlite::fromJSON(line, simplifyVector = FALSE)
  text <- tryCatch(document(answer(dwh, request)), error = function(error) {
    as.character(jsonlite::toJSON(list(error = conditionMessage(error)), auto_unbox = TRUE))
  })
  cat(enc2utf8(text), "\n", sep = "")
  flush(stdout())
}

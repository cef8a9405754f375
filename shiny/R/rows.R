# Rows of JSON, as the statements of statement.R give them, made a data frame.

# Columns of whole VND. Prices are public input and may pass what a double holds
# exactly: they stay digits.
MONEY <- c("revenue_vnd", "average_order_value_vnd", "context_product_price", "context_product_discount_price")

# Columns of instants. They stay text, exact to the microsecond: 2025-12-01T14:23:11.250Z.
INSTANTS <- c("t", "started_at", "finished_at", "last_at", "event_timestamp", "newest_event",
              "from_time", "to_time")

read_rows <- function(lines) {
  if (length(lines) == 0) return(data.frame())
  text <- paste0("[", paste(lines, collapse = ",\n"), "]")
  records <- jsonlite::fromJSON(text, simplifyVector = FALSE, bigint_as_char = TRUE)
  names <- names(records[[1]])
  columns <- lapply(names, function(name) read_column(name, lapply(records, `[[`, name)))
  structure(columns, names = names, class = "data.frame", row.names = seq_along(records))
}

read_column <- function(name, values) {
  values[vapply(values, is.null, logical(1))] <- list(NA)
  if (name %in% MONEY) return(vapply(values, digits, character(1)))
  if (name %in% INSTANTS) return(vapply(values, instant, character(1)))
  unlist(values)
}

digits <- function(value) {
  if (is.na(value)) NA_character_ else if (is.character(value)) value else sprintf("%.0f", value)
}

# RFC 3339 in UTC, with no fraction, or three or six digits of it.
instant <- function(text) {
  if (is.na(text)) return(NA_character_)
  text <- sub("\\+00:00$", "", text)
  fraction <- sub("^[^.]*\\.?", "", text)
  zeros <- strrep("0", (-nchar(fraction)) %% 3)
  paste0(text, zeros, "Z")
}

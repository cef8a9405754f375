# A file of queries/sql and its values, made ready to be sent.

# The directory of the SQL files: a copy beside the app, or the repository's own.
sql_file <- function(name) {
  path <- file.path(Sys.getenv("SBW_SQL_DIR", "sql"), paste0(name, ".sql"))
  if (!file.exists(path)) {
    stop("the SQL file ", path, " is missing; install the app with its sql folder (cp -rL)", call. = FALSE)
  }
  paste(readLines(path, encoding = "UTF-8", warn = FALSE), collapse = "\n")
}

# `sql` for these values, and the values that are left to bind.
#
# RPostgreSQL cannot bind NULL (it sends the text NA), so the word null takes the
# place of a missing value and the others move up. No value is ever written into
# SQL. A row comes back as one JSON text: exact whatever the driver makes of
# bigint and timestamptz.
statement <- function(sql, values) {
  values <- as.character(values)
  bound <- !is.na(values)
  places <- ifelse(bound, paste0("$", cumsum(bound)), "null")
  found <- gregexpr("\\$[0-9]+", sql)
  numbers <- as.integer(sub("$", "", regmatches(sql, found)[[1]], fixed = TRUE))
  if (max(0L, numbers) != length(values)) {
    stop("the SQL takes ", max(0L, numbers), " parameters, not ", length(values), call. = FALSE)
  }
  regmatches(sql, found) <- list(places[numbers])
  list(
    sql = paste0("select row_to_json(answer)::text from (\n", sql, "\n) as answer"),
    values = values[bound]
  )
}

# PostgreSQL's text of an array of texts.
text_array <- function(values) {
  escaped <- gsub("([\"\\\\])", "\\\\\\1", values)
  paste0("{", paste0("\"", escaped, "\"", collapse = ","), "}")
}

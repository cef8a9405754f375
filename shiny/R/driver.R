# The two DBI drivers for PostgreSQL, made to look the same: text in, text out. What
# they do with NULL, bigint, timestamptz and encodings differs, so that is left to
# neither of them (see statement.R and rows.R).

# RPostgres where it is installed, else RPostgreSQL, which distributions package.
installed_driver <- function(wanted = Sys.getenv("SBW_DASHBOARD_DRIVER")) {
  known <- c("RPostgres", "RPostgreSQL")
  if (nzchar(wanted)) known <- intersect(known, wanted)
  for (name in known) if (requireNamespace(name, quietly = TRUE)) return(name)
  stop("no driver for PostgreSQL: install r-cran-rpostgresql (or RPostgres)", call. = FALSE)
}

open_connection <- function(driver, settings) {
  keywords <- connection_keywords(settings)
  if (driver == "RPostgres") {
    if (nzchar(settings$password)) keywords[["password"]] <- settings$password
    return(do.call(DBI::dbConnect, c(list(RPostgres::Postgres()), as.list(keywords))))
  }
  # This driver knows few keywords, but hands the name of the database to libpq,
  # which takes a whole conninfo there. It puts that name into its errors: the
  # password goes beside it.
  DBI::dbConnect(RPostgreSQL::PostgreSQL(), dbname = conninfo(keywords), password = settings$password)
}

close_connection <- function(connection) {
  try(suppressWarnings(DBI::dbDisconnect(connection)), silent = TRUE)
  invisible()
}

# The first column of the answer, as UTF-8 text. `values` become $1, $2 and so on.
fetch_text <- function(driver, connection, sql, values) {
  force(connection) # or what stops it would come wrapped in the words of a dispatch
  values <- enc2utf8(as.character(values))
  column <- if (driver == "RPostgres") {
    params <- if (length(values)) as.list(values)
    DBI::dbGetQuery(connection, sql, params = params)[[1]]
  } else {
    # dbGetQuery would turn an error into a warning and NULL.
    result <- DBI::dbSendQuery(connection, sql, values)
    on.exit(DBI::dbClearResult(result))
    answer <- DBI::fetch(result, n = -1)
    if (length(answer)) answer[[1]] else character()
  }
  column <- as.character(column)
  Encoding(column) <- "UTF-8"
  column
}

# How the warehouse is reached: the same variables as the ETL's, the reader by default.

dwh_settings <- function(env = Sys.getenv()) {
  read <- function(name, default) {
    value <- if (name %in% names(env)) env[[name]] else ""
    if (nzchar(value)) value else default
  }
  port <- read("DWH_PORT", "5432")
  if (!grepl("^[0-9]{1,5}$", port)) stop("DWH_PORT is a number, such as 5432", call. = FALSE)
  sslmode <- read("DWH_SSLMODE", "prefer")
  if (!sslmode %in% SSLMODES) {
    stop("DWH_SSLMODE is one of ", paste(SSLMODES, collapse = ", "), call. = FALSE)
  }
  list(
    host = read("DWH_HOST", "localhost"),
    port = port,
    user = read("DWH_USER", "sbw_reader"),
    # Without one, libpq looks for it: PGPASSFILE, ~/.pgpass.
    password = read("DWH_PASSWORD", ""),
    database = read("DWH_DATABASE", "clickstream_dw"),
    sslmode = sslmode
  )
}

SSLMODES <- c("disable", "allow", "prefer", "require", "verify-ca", "verify-full")

# libpq's keywords. The session's options travel with the first packet, so that a
# reconnected session has them from its first moment: it only reads, no statement
# outlives a refresh, and each is planned for its own filters.
connection_keywords <- function(settings) {
  c(
    host = settings$host,
    port = settings$port,
    user = settings$user,
    dbname = settings$database,
    sslmode = settings$sslmode,
    application_name = "sbw_dashboard",
    client_encoding = "UTF8",
    connect_timeout = "5",
    # A peer that died without a word is noticed within half a minute.
    keepalives_idle = "10",
    keepalives_interval = "5",
    keepalives_count = "3",
    tcp_user_timeout = "20000",
    options = paste(
      "-c default_transaction_read_only=on", "-c statement_timeout=10000",
      "-c timezone=UTC", "-c datestyle=ISO", "-c plan_cache_mode=force_generic_plan",
      "-c jit=off", "-c work_mem=32MB",
      # What the role or the database may have set otherwise.
      "-c transform_null_equals=off", "-c standard_conforming_strings=on",
      "-c extra_float_digits=1", "-c search_path=pg_catalog"
    )
  )
}

# One string of keywords and quoted values.
conninfo <- function(keywords) {
  quoted <- gsub("(['\\\\])", "\\\\\\1", keywords)
  paste0(names(keywords), "='", quoted, "'", collapse = " ")
}

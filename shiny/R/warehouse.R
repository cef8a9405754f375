# One connection for all who look, reopened when it is lost.

# How long nobody tries again after nobody could connect: every panel asks, and
# each would wait for the same silence.
PAUSE_SECONDS <- 3

# Opens nothing yet.
warehouse <- function(settings = dwh_settings(), driver = installed_driver()) {
  self <- new.env(parent = emptyenv())
  self$settings <- settings
  self$driver <- driver
  self$connection <- NULL
  self$refused <- NULL # the last failure to connect
  self$refused_at <- -Inf
  self
}

# The rows that the SQL file `name` answers, or a condition of class sbw_failure.
ask <- function(dwh, name, values) {
  ready <- statement(sql_file(name), values)
  fetch <- function() fetch_text(dwh$driver, connected(dwh), ready$sql, ready$values)
  again <- function(error) {
    if (inherits(error, "sbw_failure")) stop(error)
    if (is_alive(dwh)) stop(failure(error, name))
    # Lost, perhaps long ago. Asking again harms nobody, as it only reads.
    disconnect(dwh)
    fetch()
  }
  give_up <- function(error) {
    if (!inherits(error, "sbw_failure")) error <- failure(error, name)
    stop(error)
  }
  lines <- tryCatch(tryCatch(fetch(), error = again), error = give_up)
  read_rows(lines)
}

disconnect <- function(dwh) {
  if (!is.null(dwh$connection)) close_connection(dwh$connection)
  dwh$connection <- NULL
}

connected <- function(dwh) {
  if (!is.null(dwh$connection)) return(dwh$connection)
  if (monotonic() - dwh$refused_at < PAUSE_SECONDS) stop(dwh$refused)
  tryCatch(
    dwh$connection <- open_connection(dwh$driver, dwh$settings),
    error = function(error) {
      dwh$refused <- failure(error, "connect", link = TRUE)
      dwh$refused_at <- monotonic()
      stop(dwh$refused)
    }
  )
  dwh$connection
}

is_alive <- function(dwh) {
  !is.null(dwh$connection) &&
    !inherits(try(fetch_text(dwh$driver, dwh$connection, "select '1'::text", character()), silent = TRUE), "try-error")
}

monotonic <- function() proc.time()[["elapsed"]]

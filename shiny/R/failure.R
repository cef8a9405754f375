# Why there is no answer, in words for whoever looks at the page. The server's own
# words go to the log: they may name machines.

# What the server or the driver says, and what that means. The first match counts.
MEANINGS <- list(
  c("statement timeout", "slow", "This took longer than 10 seconds. Choose a shorter range."),
  c("permission denied", "rights",
    "This role may not read the warehouse. Connect as sbw_reader, or let an operator run sbw-etl migrate to renew the grants."),
  c("(relation|function|schema|column) .*does not exist", "schema",
    "The warehouse is missing or older than this dashboard. An operator runs sbw-etl migrate."),
  c("password authentication failed|no password supplied|fe_sendauth", "password",
    "The warehouse refused the password. Set DWH_USER and DWH_PASSWORD, or ~/.pgpass, and start the dashboard again."),
  c("role .*does not exist|no pg_hba.conf entry", "refused",
    "The warehouse does not let this user in. Check DWH_USER, DWH_SSLMODE and the server's pg_hba.conf."),
  c("database .*does not exist", "database",
    "The server has no such database. Check DWH_DATABASE, or let an operator run sbw-etl migrate."),
  c("could not translate host name", "host", "The warehouse's host name is unknown. Check DWH_HOST."),
  c("server does not support SSL|certificate|SSL error", "tls",
    "No secure connection could be agreed on. Check DWH_SSLMODE and the server's certificate.")
)

failure <- function(error, doing, link = FALSE) {
  reason <- conditionMessage(error)
  message(format(Sys.time(), "%Y-%m-%dT%H:%M:%SZ", tz = "UTC"), " ", doing, ": ", gsub("\\s+", " ", reason))
  meaning <- Find(function(meaning) grepl(meaning[1], reason), MEANINGS)
  if (is.null(meaning)) {
    meaning <- if (link) {
      c("", "link", paste("The warehouse does not answer. This page tries again by itself; if it goes on, see whether",
                          "PostgreSQL runs and the tunnel is open."))
    } else {
      c("", "other", "The warehouse could not answer. The reason is in the dashboard's log.")
    }
  }
  structure(class = c("sbw_failure", "error", "condition"),
            list(message = meaning[3], kind = meaning[2], link = link, call = NULL))
}

//! The variables of the environment, all read in one way. No library reads a variable that decides where requests are sent.

use std::io;
use std::path::PathBuf;

use crate::domain::catalog::QueryError;
use crate::domain::diagnostics::shown;
use crate::marketplace::{Authorities, Proxy};
use crate::render::Width;
use crate::workspace::files;

/// The variables that name a proxy for https. The first that is set is used.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// The variables that name the hosts that need no proxy.
const EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// The width of the output in CI, where the log is read in a browser.
const CI_COLUMNS: usize = 100;

/// The value of a variable, without whitespace around it: a value that comes from a file often ends with a line break.
/// An empty value is the same as no value.
///
/// # Errors
/// If the value is not UTF-8. It is not quoted: it may be a secret.
pub(super) fn variable(name: &str) -> Result<Option<String>, QueryError> {
    let Some(value) = std::env::var_os(name) else { return Ok(None) };
    let value = value.into_string().map_err(|_| {
        QueryError::new(format!("the value of {name} is not UTF-8"), format!("correct {name}, or unset it"))
    })?;
    Ok(Some(value.trim_ascii().to_owned()).filter(|value| !value.is_empty()))
}

/// The width of the output: that of the terminal, else `COLUMNS`, else a fixed one in CI, else unlimited.
pub(super) fn width() -> Width {
    // An invalid value is ignored: a table of another width is better than an error.
    let value = |name| variable(name).ok().flatten();
    let terminal = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    let columns = || value("COLUMNS")?.parse().ok();
    let in_ci = || value("CI").filter(|value| value != "false").map(|_| CI_COLUMNS);
    let positive = |columns: &usize| *columns > 0;
    terminal
        .filter(positive)
        .or_else(|| columns().filter(positive))
        .or_else(in_ci)
        .map_or(Width::UNLIMITED, Width::of_columns)
}

/// The first of these variables that is set.
fn first(names: &[&'static str]) -> Result<Option<(&'static str, String)>, QueryError> {
    let mut values = names.iter().map(|name| Ok(variable(name)?.map(|value| (*name, value))));
    values.find_map(Result::transpose).transpose()
}

/// The proxy for https.
///
/// # Errors
/// If the address of the proxy is invalid.
pub(super) fn proxy() -> Result<Option<Proxy>, QueryError> {
    let Some((variable, address)) = first(&PROXIES)? else { return Ok(None) };
    let exceptions = first(&EXCEPTIONS)?.map(|(_, hosts)| hosts);
    Proxy::new(variable, &address, exceptions).map(Some)
}

/// The certificate authorities that are trusted in addition to those of the system.
///
/// # Errors
/// If their file cannot be read.
pub(super) fn authorities() -> Result<Option<Authorities>, QueryError> {
    let Some(path) = variable("SSL_CERT_FILE")?.map(PathBuf::from) else { return Ok(None) };
    match files::read_bytes(&path).and_then(|read| read.ok_or_else(|| files::absent(&path))) {
        Ok(pem) => Ok(Some(Authorities { pem, path })),
        // The title already names the file, and so does this error.
        Err(problem) => {
            let why = problem.title.replace(&format!("cannot read `{}`: ", shown(&path)), "");
            Err(Authorities::unreadable(&path, why))
        }
    }
}

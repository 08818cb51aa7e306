//! The command line: flags and help. The clock, the environment and the terminal are read here, once, and here alone
//! errors are printed and the exit status is chosen.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anstream::{AutoStream, ColorChoice};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::Timestamp;

use crate::commands::resolve::Mode;
use crate::commands::{self, Context, Format, Outcome, Verdict};
use crate::domain;
use crate::domain::policy::Age;
use crate::domain::search::Filter;
use crate::domain::{Arch, CommercialType, ImageType, Zone};
use crate::error::Error;
use crate::files;
use crate::marketplace::{ApiUrl, Limits, Live, Marketplace, Observer, Settings, Snapshot};
use crate::progress;
use crate::render::problems;

/// The live API.
const API_URL: &str = "https://api.scaleway.com";

// The variable is read where it is needed, so that a bad one is in nobody else's way; so clap cannot show it by itself.
const API_URL_HELP: &str =
    "Where the API is: https, or http on a loopback address [env: SCW_API_URL] [default: https://api.scaleway.com]";

const EXIT_STATUS: &str = "\
Exit status:
  0  all is well
  1  it could not be decided: bad usage, bad input, or the network
  2  it was decided, and something differs: drift, or a lock that `--locked` found out of date";

/// A lockfile for cloud image IDs: pins Scaleway Marketplace images, and says when they drift
#[derive(Parser)]
#[command(name = "imagelock", version, after_help = EXIT_STATUS, max_term_width = 100, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

#[derive(Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// The manifest; the lockfile lies beside it, with the extension `.lock`
    #[arg(long, global = true, value_name = "PATH", default_value = commands::DEFAULT_MANIFEST)]
    manifest: PathBuf,
    /// Answer from a snapshot instead of the network
    #[arg(long, global = true, value_name = "FILE")]
    catalog: Option<PathBuf>,
    #[arg(long, global = true, value_name = "URL", help = API_URL_HELP)]
    api_url: Option<ApiUrl>,
    /// Never use the network; fail where it would be needed
    #[arg(long, global = true)]
    offline: bool,
    /// How long a run may take, retries included
    #[arg(long, global = true, value_name = "SECONDS", default_value = "60", value_parser = clap::value_parser!(u32).range(1..=3600))]
    timeout: u32,
    /// Never pick a version younger than this, whatever the manifest says: days or hours, like `3d`
    #[arg(long, global = true, value_name = "AGE")]
    min_age: Option<Age>,
    /// The shape of the output
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human")]
    format: FormatName,
    /// Whether to use colour; `auto` also heeds `NO_COLOR`
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Colour,
    /// Print only what needs attention
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Print each request to the Marketplace
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    verbose: bool,
    /// The time to take for the present
    #[arg(long, global = true, value_name = "TIME", env = "IMAGELOCK_NOW", hide = true)]
    now: Option<Timestamp>,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    Human,
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
enum Command {
    /// Write the annotated images.toml and its schema; never over a file
    Init,
    /// Make images.lock satisfy images.toml, moving no pin that need not move
    Resolve(ResolveArgs),
    /// Report drift between images.lock, images.toml and the Marketplace
    Check {
        /// The images to check; all if none is named
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// Exit with 0 even if there is drift
        #[arg(long)]
        exit_zero: bool,
    },
    /// Print the pins
    List,
    /// Print one pinned ID, alone, for scripts
    Get {
        /// The image's name in images.toml
        name: String,
        /// The zone, where the image has pins in several
        #[arg(long)]
        zone: Option<Zone>,
        /// The architecture, where the image has pins for several
        #[arg(long)]
        arch: Option<Arch>,
    },
    /// Print the pins in a shape that another tool reads
    Export {
        /// tfvars, hcl, ansible, env, json or yaml
        #[arg(value_name = "FORMAT")]
        shape: domain::output::Format,
        /// Write to this file instead; it must be one that imagelock wrote, if it exists
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Say why a pin is what it is, or what a UUID is
    Explain {
        /// An image's name in images.toml, or the UUID of a local image, a version or an image
        #[arg(value_name = "NAME|UUID")]
        what: String,
    },
    /// Print the Marketplace's labels and where they are offered
    Search(SearchArgs),
    /// Print the JSON Schema of images.toml, for editors and validators
    Schema,
    /// Print a script that completes imagelock's commands and options in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the manual pages: `imagelock.1`, and one for each command
    Man {
        /// The directory to write to; without one, `imagelock.1` is printed
        #[arg(value_name = "DIR")]
        directory: Option<PathBuf>,
    },
    /// Save the Marketplace's catalog, for `--catalog`
    Snapshot {
        /// Where to; an older snapshot there is replaced
        file: PathBuf,
    },
}

#[derive(Args)]
struct ResolveArgs {
    /// Move pins to the newest: those of the named images, or all
    #[arg(long, value_name = "NAME", num_args = 0..)]
    upgrade: Option<Vec<String>>,
    /// Change nothing and ask nobody; exit with 2 if the lock does not satisfy the manifest
    #[arg(long, conflicts_with_all = ["upgrade", "dry_run"])]
    locked: bool,
    /// Print what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Args)]
struct SearchArgs {
    /// A part of a label or a name; or a whole label in which `*` stands for one segment
    pattern: Option<String>,
    /// Only what is offered in this zone
    #[arg(long)]
    zone: Option<Zone>,
    /// Only what is offered for this architecture
    #[arg(long)]
    arch: Option<Arch>,
    /// Only what is offered with this type
    #[arg(long = "type")]
    image_type: Option<ImageType>,
    /// Only what boots this Instance type
    #[arg(long)]
    instance_type: Option<CommercialType>,
    /// Only images of this category, like `distribution`
    #[arg(long)]
    category: Option<String>,
    /// Also what is past its end of life
    #[arg(long)]
    eol: bool,
}

impl SearchArgs {
    fn filter(&self) -> Filter {
        Filter {
            zone: self.zone.clone(),
            arch: self.arch.clone(),
            image_type: self.image_type,
            instance_type: self.instance_type.clone(),
            category: self.category.clone(),
            eol: self.eol,
        }
    }
}

/// Runs the program.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap exits with 2 for bad usage, and 2 means drift here.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    let choice = match cli.global.color {
        Colour::Auto => ColorChoice::Auto,
        Colour::Always => ColorChoice::Always,
        Colour::Never => ColorChoice::Never,
    };
    choice.write_global();
    match context(&cli.global).and_then(|context| dispatch(&cli.command, &context)) {
        Ok(outcome) => finish(&outcome, cli.global.quiet),
        Err(error) => {
            tell(&problems::error(&error, &commands::invocation(&cli.global.manifest)));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: &Command, context: &Context) -> Result<Outcome, Error> {
    match command {
        Command::Init => commands::init::run(context),
        Command::Resolve(args) => {
            let mode = match (args.locked, args.dry_run) {
                (true, _) => Mode::Locked,
                (false, true) => Mode::DryRun,
                (false, false) => Mode::Write,
            };
            commands::resolve::run(context, args.upgrade.as_deref(), mode)
        }
        Command::Check { names, exit_zero } => commands::check::run(context, names, *exit_zero),
        Command::List => commands::list::run(context),
        Command::Get { name, zone, arch } => commands::get::run(context, name, zone.as_ref(), arch.as_ref()),
        Command::Export { shape, output } => commands::export::run(context, *shape, output.as_deref()),
        Command::Explain { what } => commands::explain::run(context, what),
        Command::Search(args) => commands::search::run(context, args.pattern.as_deref(), &args.filter()),
        Command::Schema => Ok(commands::schema::run()),
        Command::Completions { shell } => Ok(commands::completions::run(Cli::command(), *shell)),
        Command::Man { directory } => commands::man::run(context, Cli::command(), directory.as_deref()),
        Command::Snapshot { file } => commands::snapshot::run(context, file),
    }
}

fn context(global: &Global) -> Result<Context, Error> {
    let run = Duration::from_secs(global.timeout.into());
    let deadline = Instant::now() + run;
    let marketplace = marketplace(global, Limits { request: Duration::from_secs(15), deadline, run })?;
    // Ages are judged at the time of the answers: the same manifest and the same snapshot give the same lock.
    let now = global.now.or(marketplace.taken()).unwrap_or_else(Timestamp::now);
    Ok(Context {
        manifest: global.manifest.clone(),
        marketplace,
        deadline,
        now,
        min_age: global.min_age,
        format: match global.format {
            FormatName::Human => Format::Human,
            FormatName::Json => Format::Json,
        },
        quiet: global.quiet,
        notify: Box::new(|line| tell(&format!("{line}\n"))),
    })
}

fn marketplace(global: &Global, limits: Limits) -> Result<Marketplace, Error> {
    if let Some(path) = &global.catalog {
        let Some(text) = files::read(path)? else {
            let source = io::Error::from(io::ErrorKind::NotFound);
            return Err(Error::Read { path: path.clone(), source });
        };
        return match Snapshot::parse(&text) {
            Ok(snapshot) => Ok(Marketplace::Snapshot(snapshot)),
            Err(source) => Err(Error::Snapshot { path: path.clone(), source }),
        };
    }
    if global.offline {
        return Ok(Marketplace::Offline);
    }
    Ok(Marketplace::Live(Box::new(Live::new(Settings {
        api_url: match &global.api_url {
            Some(url) => url.to_string(),
            None => {
                variable("SCW_API_URL").and_then(|url| url.into_string().ok()).unwrap_or_else(|| API_URL.to_owned())
            }
        },
        limits,
        extra_roots: variable("SSL_CERT_FILE").map(PathBuf::from),
        observer: observer(global),
    }))))
}

/// Who hears of requests: each is printed, or a line on the terminal tells how far they are, or nobody.
fn observer(global: &Global) -> Option<Observer> {
    if global.verbose {
        return Some(progress::log(|line| tell(&format!("{line}\n"))));
    }
    let moves_cursor = variable("TERM").is_some_and(|term| term != "dumb");
    (!global.quiet && moves_cursor && io::stderr().is_terminal()).then(|| progress::line(io::stderr()))
}

/// A variable of the environment. An empty one is as good as none.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Prints what a command came to. The exit status comes from the same value.
fn finish(outcome: &Outcome, quiet: bool) -> ExitCode {
    for line in [&outcome.warning, &outcome.remark].into_iter().filter(|line| !line.is_empty()) {
        if !quiet || *line == outcome.warning {
            tell(&format!("{line}\n"));
        }
    }
    let mut stdout = AutoStream::auto(io::stdout());
    match stdout.write_all(outcome.output.as_bytes()).and_then(|()| stdout.flush()) {
        // A reader that has seen enough, like `head`, is no error.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            tell(&format!("error: could not write to standard output: {error}; all else was done\n"));
            ExitCode::FAILURE
        }
        _ => match outcome.verdict {
            Verdict::Well => ExitCode::SUCCESS,
            Verdict::Differs => ExitCode::from(2),
        },
    }
}

/// Says something on standard error. If even that is closed, there is nobody left to tell.
fn tell(text: &str) {
    let _ = AutoStream::auto(io::stderr()).write_all(text.as_bytes());
}

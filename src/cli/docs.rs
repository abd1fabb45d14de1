//! Shell completions and the man page, made from the command line itself. Hidden: for packagers.

use super::{Cli, Exit, output};
use clap::{Args, CommandFactory, Subcommand};
use clap_complete::Shell;

/// Shell completions and the man page.
#[derive(Debug, Args)]
pub(super) struct Docs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Completions for a shell
    Completions {
        #[arg(value_enum)]
        shell: Shell,
    },
    /// The man page, all subcommands in one
    Man,
}

impl Docs {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let mut out = Vec::new();
        match self.command {
            Command::Completions { shell } => clap_complete::generate(shell, &mut Cli::command(), "breachscope", &mut out),
            Command::Man => man(&mut out)?,
        }
        output::raw(&out).ok();
        Ok(Exit::Done)
    }
}

fn man(out: &mut Vec<u8>) -> std::io::Result<()> {
    let mut command = Cli::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(out)?;
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        let page = clap_mangen::Man::new(subcommand.clone());
        out.extend_from_slice(format!(".SH {}\n", subcommand.get_name().to_uppercase()).as_bytes());
        page.render_synopsis_section(out)?;
        page.render_description_section(out)?;
        page.render_options_section(out)?;
    }
    Ok(())
}

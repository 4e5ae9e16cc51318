use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    thread,
};

/// The Django site behind gunicorn, until this is dropped.
pub struct Served {
    process: Child,
    address: String,
}

impl Served {
    /// With a Python that has both, in the site's folder.
    pub fn start(mut python: Command) -> Self {
        // one process: throttles count in its memory
        python.args(["-m", "gunicorn", "garage.wsgi", "--bind", "127.0.0.1:0", "--workers", "1"]);
        let mut process = python.stderr(Stdio::piped()).spawn().expect("Python starts");
        let mut lines = BufReader::new(process.stderr.take().expect("it is piped")).lines();
        let mut said = String::new();
        let address = loop {
            let line = lines.next().unwrap_or_else(|| panic!("gunicorn ended at once:\n{said}")).expect("it is text");
            if let Some((_, rest)) = line.split_once("Listening at: http://") {
                break rest.split(' ').next().unwrap_or_default().to_owned();
            }
            said = said + &line + "\n";
        };
        // what it goes on to say is for nobody, and must not fill the pipe
        thread::spawn(move || lines.for_each(drop));
        Self { process, address }
    }

    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // it ends its worker when it is asked to end, and leaves it when it is killed
        end(&mut self.process, "TERM");
    }
}

/// Sends a process this signal, and waits for its end.
pub(super) fn end(process: &mut Child, signal: &str) {
    let asked = Command::new("kill").args(["-s", signal, &process.id().to_string()]).status();
    if !asked.is_ok_and(|status| status.success()) {
        let _ = process.kill();
    }
    let _ = process.wait();
}

//! The log, which a full disk must not turn into noise on the terminal.

use std::fs::File;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use tracing_subscriber::fmt::MakeWriter;

/// A log file. Lines that it cannot take are counted, and the count is written
/// once it can.
#[derive(Debug)]
pub struct Log<F = File> {
    file: F,
    lost: AtomicU64,
}

impl<F> Log<F> {
    /// Goes on with this file.
    pub const fn new(file: F) -> Self {
        Self {
            file,
            lost: AtomicU64::new(0),
        }
    }
}

/// A line on its way into the log.
#[derive(Debug)]
pub struct Line<'a, F>(&'a Log<F>);

impl<'a, F> MakeWriter<'a> for Log<F>
where
    F: 'a,
    &'a F: Write,
{
    type Writer = Line<'a, F>;

    fn make_writer(&'a self) -> Self::Writer {
        Line(self)
    }
}

impl<'a, F> Write for Line<'a, F>
where
    &'a F: Write,
{
    /// Never fails: whoever logs could only tell the terminal.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let Log { file, lost } = self.0;
        let mut file = file;
        let missing = lost.swap(0, Ordering::Relaxed);
        let said = if missing > 0 {
            // Begins a line of its own: the last one may have been cut.
            let note = format!("\n({missing} lines could not be written here)\n");
            file.write_all(note.as_bytes())
        } else {
            Ok(())
        };
        if said.and_then(|()| file.write_all(line)).is_err() {
            lost.fetch_add(missing + 1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Mutex;

    use super::*;

    /// A disk with room for so many more bytes.
    #[derive(Default)]
    struct Disk(Mutex<(usize, String)>);

    impl Write for &Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut disk = self.0.lock().unwrap();
            let fits = bytes.len().min(disk.0);
            if fits == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            disk.0 -= fits;
            disk.1
                .push_str(std::str::from_utf8(&bytes[..fits]).unwrap());
            Ok(fits)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_that_a_full_disk_refused_are_counted_once_there_is_room() {
        let log = Log::new(Disk::default());
        let write = |line: &str| log.make_writer().write_all(line.as_bytes()).unwrap();
        let room = |bytes| log.file.0.lock().unwrap().0 = bytes;
        room(9);
        for line in ["one\n", "two\n", "three\n", "four\n"] {
            write(line);
        }
        room(1_000);
        for line in ["five\n", "six\n"] {
            write(line);
        }
        assert_eq!(
            log.file.0.lock().unwrap().1,
            "one\ntwo\nt\n(2 lines could not be written here)\nfive\nsix\n"
        );
    }
}

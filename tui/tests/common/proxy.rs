//! A tunnel that can go silent, and counts what is asked through it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What every screen's question begins with on the wire.
const QUESTION: &[u8] = b"START TRANSACTION";

/// A proxy in front of a local server.
pub struct Proxy {
    port: u16,
    silent: Arc<AtomicBool>,
    questions: Arc<AtomicUsize>,
}

impl Proxy {
    pub fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let silent = Arc::new(AtomicBool::new(false));
        let questions = Arc::new(AtomicUsize::new(0));
        let proxy = Self {
            port,
            silent: Arc::clone(&silent),
            questions: Arc::clone(&questions),
        };
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(("127.0.0.1", server)))
                else {
                    continue;
                };
                let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let (quiet, count) = (Arc::clone(&silent), Arc::clone(&questions));
                std::thread::spawn(move || pass(from, to, &quiet, Some(&count)));
                let quiet = Arc::clone(&silent);
                std::thread::spawn(move || pass(server, client, &quiet, None));
            }
        });
        proxy
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Swallows every byte from here on, without closing anything.
    pub fn go_silent(&self) {
        self.silent.store(true, Ordering::SeqCst);
    }

    /// Passes bytes again; what was swallowed is lost.
    pub fn come_back(&self) {
        self.silent.store(false, Ordering::SeqCst);
    }

    /// Questions that went through so far.
    pub fn questions(&self) -> usize {
        self.questions.load(Ordering::SeqCst)
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, silent: &AtomicBool, count: Option<&AtomicUsize>) {
    let mut bytes = vec![0; 65_536];
    let mut swallowed = false;
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        swallowed |= silent.load(Ordering::SeqCst);
        if swallowed {
            continue;
        }
        if let Some(count) = count {
            let found = bytes[..read]
                .windows(QUESTION.len())
                .filter(|window| *window == QUESTION);
            count.fetch_add(found.count(), Ordering::SeqCst);
        }
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

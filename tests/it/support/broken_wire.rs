//! A broken wire between imagelock and the fake Marketplace: a test decides byte by byte which part of a response
//! arrives.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use crate::support::fake_marketplace::FakeMarketplace;

/// One action of the wire. After the last action, the wire closes the connection.
pub enum Action {
    Send(Vec<u8>),
    Wait(Duration),
    /// Closes the connection with a reset.
    Reset,
}

/// Turns a response into actions. The arguments are the head, including the empty line, and the body.
pub type Mangle = fn(&str, &str) -> Vec<Action>;

/// A wire that carries one request per connection.
pub struct BrokenWire(SocketAddr);

impl BrokenWire {
    pub fn to(marketplace: &FakeMarketplace, mangle: Mangle) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, target) = (listener.local_addr().unwrap(), Arc::new(marketplace.address()));
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let target = Arc::clone(&target);
                // Some tests make the client hang up first, so errors are ignored.
                std::thread::spawn(move || -> io::Result<()> { relay(&client?, *target, mangle) });
            }
        });
        Self(address)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.0)
    }
}

fn relay(mut client: &TcpStream, target: SocketAddr, mangle: Mangle) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        request.push(byte[0]);
    }
    request.splice(request.len() - 2.., *b"connection: close\r\n\r\n");
    let mut server = TcpStream::connect(target)?;
    server.write_all(&request)?;
    let mut response = String::new();
    server.read_to_string(&mut response)?;
    let (head, body) = response.split_at(response.find("\r\n\r\n").unwrap() + 4);
    for action in mangle(head, body) {
        match action {
            Action::Send(bytes) => client.write_all(&bytes)?,
            Action::Wait(time) => std::thread::sleep(time),
            Action::Reset => {
                tokio::net::TcpSocket::from_std_stream(client.try_clone()?).set_zero_linger()?;
            }
        }
    }
    Ok(())
}

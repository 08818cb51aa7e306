//! A broken wire between imagelock and the fake Marketplace: a test decides byte by byte which part of a response
//! arrives.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use crate::support::fake_marketplace::Marketplace;

/// One action of the wire. After the last action, the wire closes the connection.
pub enum Act {
    Send(Vec<u8>),
    Wait(Duration),
    /// Closes the connection with a reset.
    Reset,
}

/// Turns a response into actions. The arguments are the head, including the empty line, and the body.
pub type Mangle = fn(&str, &str) -> Vec<Act>;

/// A wire that carries one request per connection.
pub struct Wire(SocketAddr);

impl Wire {
    pub fn to(marketplace: &Marketplace, mangle: Mangle) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, behind) = (listener.local_addr().unwrap(), Arc::new(marketplace.address()));
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let behind = Arc::clone(&behind);
                // Some tests make the client hang up first, so errors are ignored.
                std::thread::spawn(move || -> io::Result<()> { carry(&client?, *behind, mangle) });
            }
        });
        Self(address)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.0)
    }
}

fn carry(mut client: &TcpStream, behind: SocketAddr, mangle: Mangle) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        request.push(byte[0]);
    }
    request.splice(request.len() - 2.., *b"connection: close\r\n\r\n");
    let mut server = TcpStream::connect(behind)?;
    server.write_all(&request)?;
    let mut answer = String::new();
    server.read_to_string(&mut answer)?;
    let (head, body) = answer.split_at(answer.find("\r\n\r\n").unwrap() + 4);
    for act in mangle(head, body) {
        match act {
            Act::Send(bytes) => client.write_all(&bytes)?,
            Act::Wait(time) => std::thread::sleep(time),
            Act::Reset => {
                tokio::net::TcpSocket::from_std_stream(client.try_clone()?).set_zero_linger()?;
            }
        }
    }
    Ok(())
}

//! Company networks: proxies, and addresses that may use plain http.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use insta::assert_snapshot;

use crate::support::authority::Authority;
use crate::support::fake_marketplace::{FakeMarketplace, local};
use crate::support::manifest::WEB;
use crate::support::sandbox::Sandbox;

/// An HTTP proxy that tunnels every host name to one address, or refuses every request with a status.
struct Proxy {
    address: SocketAddr,
    received: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Starts a proxy that tunnels every host name to this Marketplace.
    fn to(marketplace: &FakeMarketplace) -> Self {
        Self::start(marketplace.address(), None)
    }

    fn refusing(status: &'static str) -> Self {
        Self::start(SocketAddr::from(([127, 0, 0, 1], 1)), Some(status))
    }

    fn start(target: SocketAddr, refusal: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, received) = (listener.local_addr().unwrap(), Arc::default());
        let log = Arc::clone(&received);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let log = Arc::clone(&log);
                std::thread::spawn(move || tunnel(client?, target, refusal, &log));
            }
        });
        Self { address, received }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the request lines and the credentials that the proxy received, and forgets them.
    fn received(&self) -> Vec<String> {
        std::mem::take(&mut self.received.lock().unwrap())
    }
}

fn tunnel(
    mut client: TcpStream,
    target: SocketAddr,
    refusal: Option<&str>,
    log: &Mutex<Vec<String>>,
) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        request.push(byte[0]);
    }
    let request = String::from_utf8(request).unwrap();
    let lines = request.lines().filter(|line| line.starts_with("CONNECT") || line.starts_with("proxy-authorization"));
    log.lock().unwrap().extend(lines.map(str::to_owned));
    if let Some(status) = refusal {
        return write!(client, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
    }
    let mut server = TcpStream::connect(target)?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    std::thread::spawn(move || io::copy(&mut from_client, &mut to_server));
    io::copy(&mut server, &mut client).map(drop)
}

/// Returns a Marketplace whose host name cannot be resolved, so that it is reachable only through a proxy, and a
/// function that creates sandboxes that trust its certificate.
fn behind_a_proxy() -> (FakeMarketplace, impl Fn(&[(&str, &str)]) -> Sandbox) {
    let authority = Authority::new();
    let offers = [local("ubuntu_noble", "fr-par-1", "x86_64", 1)];
    let marketplace = FakeMarketplace::with_tls(offers, authority.server("marketplace.invalid", 2099, &["h2"]));
    let sandbox = move |environment: &[(&str, &str)]| {
        let sandbox = Sandbox::with(WEB).env("SCW_API_URL", "https://marketplace.invalid");
        let sandbox = sandbox.trusting(&authority);
        environment.iter().fold(sandbox, |sandbox, (name, value)| sandbox.env(name, value))
    };
    (marketplace, sandbox)
}

#[test]
fn a_proxy_can_be_set_by_any_of_its_variables() {
    let (marketplace, sandbox) = behind_a_proxy();
    let proxy = Proxy::to(&marketplace);
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        sandbox(&[(name, &proxy.url())]).ok("resolve");
        assert_eq!(proxy.received(), ["CONNECT marketplace.invalid:443 HTTP/1.1"], "{name}: one connection for all");
    }
    // A proxy for plain http is not used for https.
    sandbox(&[("HTTP_PROXY", &proxy.url())]).fails("resolve --timeout 1");
    assert_eq!(proxy.received(), [""; 0]);
}

#[test]
fn a_proxy_receives_only_its_own_credentials() {
    let (marketplace, sandbox) = behind_a_proxy();
    let proxy = Proxy::to(&marketplace);
    let url = proxy.url().replace("http://", "http://me:s3cret@");
    sandbox(&[("HTTPS_PROXY", &url)]).ok("resolve");
    assert_eq!(proxy.received()[1], "proxy-authorization: Basic bWU6czNjcmV0");
    assert!(marketplace.headers().iter().all(|headers| !headers.contains_key("proxy-authorization")));
}

#[test]
fn hosts_in_no_proxy_are_never_reached_through_the_proxy() {
    let (marketplace, sandbox) = behind_a_proxy();
    let proxy = Proxy::to(&marketplace);
    for (name, list) in [
        ("NO_PROXY", "marketplace.invalid"),
        ("no_proxy", ".invalid"),
        ("NO_PROXY", "a.example, invalid"),
        ("NO_PROXY", "*"),
    ] {
        sandbox(&[("HTTPS_PROXY", &proxy.url()), (name, list)]).fails("resolve --timeout 1");
        assert_eq!(proxy.received(), [""; 0], "{name}={list}");
    }
    sandbox(&[("HTTPS_PROXY", &proxy.url()), ("NO_PROXY", "example.org,127.0.0.1")]).ok("resolve");
    assert_eq!(proxy.received().len(), 1);
}

/// Returns a Marketplace that is reachable without a proxy, and a sandbox that trusts its certificate.
fn directly_reachable() -> (FakeMarketplace, Sandbox) {
    let authority = Authority::new();
    let offers = [local("ubuntu_noble", "fr-par-1", "x86_64", 1)];
    let marketplace = FakeMarketplace::with_tls(offers, authority.server("127.0.0.1", 2099, &["h2"]));
    let sandbox = Sandbox::with(WEB).asking(&marketplace).trusting(&authority);
    (marketplace, sandbox)
}

#[test]
fn a_proxy_is_never_bypassed() {
    let (marketplace, sandbox) = directly_reachable();
    let proxy = Proxy::refusing("403 Forbidden");
    let (url, port) = (proxy.url(), marketplace.address().port());
    let environments: [&[(&str, &str)]; 16] = [
        &[("HTTPS_PROXY", &format!("{url} "))],
        &[("HTTPS_PROXY", &format!("{url}\n"))],
        &[("HTTPS_PROXY", &format!("{url}\r\n"))],
        &[("https_proxy", &format!("\t {url}"))],
        &[("HTTPS_PROXY", &format!("{}/", proxy.address))],
        &[("HTTPS_PROXY", ""), ("https_proxy", &url)],
        &[("HTTPS_PROXY", " \n"), ("https_proxy", &url)],
        &[("HTTPS_PROXY", ""), ("https_proxy", ""), ("ALL_PROXY", ""), ("all_proxy", &url)],
        &[("HTTPS_PROXY", &url), ("https_proxy", "socks5://127.0.0.1:1")],
        &[("HTTPS_PROXY", &url), ("REQUEST_METHOD", "GET")],
        &[("all_proxy", &url), ("REQUEST_METHOD", "")],
        &[("HTTPS_PROXY", &url), ("NO_PROXY", " ")],
        &[("HTTPS_PROXY", &url), ("NO_PROXY", ""), ("no_proxy", "example.org")],
        &[("HTTPS_PROXY", &url), ("NO_PROXY", "example.org"), ("no_proxy", "*")],
        &[("HTTPS_PROXY", &url), ("NO_PROXY", "127.0.0.2,10.0.0.0/8,0.0.1,127.0.0.1x")],
        // Exceptions are hosts without a port.
        &[("HTTPS_PROXY", &url), ("NO_PROXY", &format!("127.0.0.1:{port}"))],
    ];
    for environment in environments {
        let mut command = sandbox.command("resolve --timeout 1");
        let output = command.envs(environment.iter().copied()).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{environment:?}: {message}");
        assert!(
            message.contains("did not connect to") && message.contains(": it refused the request"),
            "{environment:?}: {message}"
        );
        assert!(proxy.received().contains(&format!("CONNECT 127.0.0.1:{port} HTTP/1.1")), "{environment:?}");
    }
    assert_eq!(marketplace.connections(), 0);
}

#[test]
fn hosts_in_no_proxy_are_reached_directly() {
    let (marketplace, sandbox) = directly_reachable();
    let proxy = Proxy::refusing("403 Forbidden");
    for list in ["127.0.0.1", "127.0.0.0/8", "a.example, 127.0.0.1 ,b", "*"] {
        for name in ["NO_PROXY", "no_proxy"] {
            let mut command = sandbox.command("upgrade");
            let output = command.env("HTTPS_PROXY", proxy.url()).env(name, format!(" {list}\n")).output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{name}={list}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
    assert_eq!(proxy.received(), [""; 0]);
    assert_eq!(marketplace.connections(), 4 * 2);
}

#[test]
#[cfg(unix)]
fn an_invalid_variable_is_named_before_any_connection() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let (marketplace, sandbox) = directly_reachable();
    let proxy = Proxy::refusing("403 Forbidden");
    let refusal = |environment: &[(&str, &[u8])]| {
        let mut command = sandbox.command("resolve --timeout 1");
        command.envs(environment.iter().map(|(name, value)| (name, OsStr::from_bytes(value))));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{environment:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let url = proxy.url();
    let url = url.as_bytes();
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "SCW_API_URL", "SSL_CERT_FILE"] {
        for exceptions in [&b""[..], b"*"] {
            let message = refusal(&[(name, b"http://127.0.0.1:1/\xff"), ("NO_PROXY", exceptions)]);
            assert!(message.contains(&format!("error: the value of {name} is not UTF-8\n")), "{message}");
            assert!(message.contains(&format!("= help: correct {name}, or unset it\n")), "{message}");
        }
    }
    for name in ["NO_PROXY", "no_proxy"] {
        let message = refusal(&[("HTTPS_PROXY", url), (name, b"*\xff")]);
        assert!(message.contains(&format!("error: the value of {name} is not UTF-8\n")), "{message}");
    }
    for bad in
        [&b"http://"[..], b"socks5://127.0.0.1:1", b"http://a b", b"a\"b", b"http://127.0.0.1:99999", b"ht tp://a"]
    {
        let message = refusal(&[("HTTPS_PROXY", bad), ("https_proxy", url), ("NO_PROXY", b"*")]);
        assert!(message.contains("error: the proxy address in HTTPS_PROXY is invalid\n"), "{message}");
    }
    assert_eq!((marketplace.connections(), proxy.received()), (0, vec![]));
}

#[test]
fn the_address_of_the_api_is_trimmed_and_may_be_empty() {
    let (marketplace, sandbox) = directly_reachable();
    let output = sandbox.command("resolve").env("SCW_API_URL", format!(" {}\r\n", marketplace.url())).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    // An empty value selects the real Marketplace, which is behind a refusing proxy here.
    let proxy = Proxy::refusing("407 Proxy Authentication Required");
    for empty in ["", " \n"] {
        let mut command = sandbox.command("upgrade --timeout 1");
        command.env("SCW_API_URL", empty).env("HTTPS_PROXY", proxy.url()).output().unwrap();
        assert!(proxy.received().contains(&"CONNECT api.scaleway.com:443 HTTP/1.1".to_owned()));
    }
}

/// The title and the help of a message, without the port.
fn title_and_help(message: &str, proxy: &Proxy) -> String {
    let lines = message.lines().filter(|line| line.starts_with("error: ") || line.contains("= help: "));
    lines.collect::<Vec<_>>().join("\n").replace(&proxy.url(), "http://PROXY")
}

#[test]
fn a_proxy_that_refuses_is_named_without_its_secret() {
    let (_marketplace, sandbox) = behind_a_proxy();
    let refusal = |proxy: &Proxy| {
        let url = proxy.url().replace("http://", "http://me:s3cret@");
        title_and_help(&sandbox(&[("HTTPS_PROXY", &url)]).fails("resolve --timeout 1"), proxy)
    };
    let strict = Proxy::refusing("407 Proxy Authentication Required");
    assert_snapshot!(refusal(&strict), @"
    error: the proxy http://PROXY (from HTTPS_PROXY) did not connect to [API]/marketplace/v2: it requires a login
     = help: check the proxy and its credentials; to reach a host without the proxy, add it to NO_PROXY
    ");
    assert_eq!(strict.received().iter().filter(|line| line.starts_with("CONNECT")).count(), 2, "no retry");
    assert_snapshot!(refusal(&Proxy::refusing("403 Forbidden")), @"
    error: the proxy http://PROXY (from HTTPS_PROXY) did not connect to [API]/marketplace/v2: it refused the request
     = help: check the proxy and its credentials; to reach a host without the proxy, add it to NO_PROXY
    ");
    let closed = Proxy { address: SocketAddr::from(([127, 0, 0, 1], 1)), received: Arc::default() };
    assert_snapshot!(refusal(&closed), @"
    error: cannot connect to [API]/marketplace/v2 through the proxy http://PROXY (from HTTPS_PROXY): the connection was refused
     = help: check the network and the proxy; to reach a host without the proxy, add it to NO_PROXY
    ");
    let name = sandbox(&[("ALL_PROXY", "http://me:s3cret@proxy.invalid:3128")]).fails("resolve --timeout 1");
    assert!(
        name.contains("through the proxy http://proxy.invalid:3128 (from ALL_PROXY): its host name cannot be resolved"),
        "{name}"
    );
}

#[test]
fn an_invalid_proxy_address_is_never_ignored() {
    let (_marketplace, sandbox) = behind_a_proxy();
    let closed = Proxy { address: SocketAddr::from(([127, 0, 0, 1], 1)), received: Arc::default() };
    for url in ["http://", "http://me:s3cret@a b", "ftp://127.0.0.1:1", "socks5://127.0.0.1:1"] {
        let message = sandbox(&[("HTTPS_PROXY", url)]).fails("resolve");
        insta::allow_duplicates! {
            assert_snapshot!(title_and_help(&message, &closed), @"
            error: the proxy address in HTTPS_PROXY is invalid
             = help: set HTTPS_PROXY to an address like http://proxy.example.org:3128, or unset it
            ");
        }
    }
}

#[test]
fn plain_http_to_loopback_works_over_ipv6() {
    let marketplace = FakeMarketplace::offering([local("ubuntu_noble", "fr-par-1", "x86_64", 1)]);
    let Ok(listener) = TcpListener::bind("[::1]:0") else { return };
    let (address, target) = (listener.local_addr().unwrap(), marketplace.address());
    std::thread::spawn(move || {
        for client in listener.incoming() {
            std::thread::spawn(move || -> io::Result<()> {
                let (mut client, mut server) = (client?, TcpStream::connect(target)?);
                let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
                std::thread::spawn(move || io::copy(&mut from_client, &mut to_server));
                io::copy(&mut server, &mut client).map(drop)
            });
        }
    });
    assert!(address.is_ipv6());
    Sandbox::with(WEB).env("SCW_API_URL", &format!("http://{address}")).ok("resolve");
}

#[test]
fn plain_http_is_accepted_only_for_loopback_addresses() {
    for url in [
        "http://192.0.2.1",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://evil.example/127.0.0.1",
        "http://[2001:db8::1]",
        "http://0.0.0.0",
        "http://localhost@evil.example",
        "http://evil.example#localhost",
    ] {
        let message = Sandbox::with(WEB).env("SCW_API_URL", url).fails("resolve");
        assert!(message.contains("is invalid: "), "{url}: {message}");
        let run = Sandbox::with(WEB).run(&format!("resolve --api-url {url}"));
        assert_eq!(run.status, Some(1), "{url}\n{run}");
        assert!(run.stderr.contains("`--api-url`"), "{url}\n{run}");
    }
}

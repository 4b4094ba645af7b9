//! Connections that the stand-in can cut: a reset, without a byte of an answer.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    body::Body,
    extract::{ConnectInfo, connect_info::Connected},
    http::Extensions,
    response::Response,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

/// The end of one connection, in a handler's hand.
#[derive(Debug, Clone)]
pub(crate) struct Hangup {
    cut: Arc<AtomicBool>,
    server_stopped: Arc<AtomicBool>,
    from_here: bool,
}

impl Hangup {
    /// Whether the other end is on this machine.
    pub(crate) fn is_from_here(&self) -> bool {
        self.from_here
    }

    /// That of the connection on which a request came; none where somebody else serves the router.
    pub(crate) fn of(extensions: &Extensions) -> Option<Self> {
        extensions.get::<ConnectInfo<Self>>().map(|info| info.0.clone())
    }

    pub(crate) fn server_stopped(&self) -> bool {
        self.server_stopped.load(Ordering::Acquire)
    }

    /// What to return from a handler so that nothing is answered.
    pub(crate) fn cut(hangup: Option<&Self>) -> Response {
        if let Some(hangup) = hangup {
            hangup.cut.store(true, Ordering::Release);
        }
        // On another's server the next best: a body that breaks off.
        let broken =
            futures::stream::once(async { Err::<Vec<u8>, _>(io::Error::from(io::ErrorKind::ConnectionReset)) });
        Response::new(Body::from_stream(broken))
    }
}

impl Connected<IncomingStream<'_, Doors>> for Hangup {
    fn connect_info(stream: IncomingStream<'_, Doors>) -> Self {
        stream.io().hangup.clone()
    }
}

/// A listener whose connections can be cut.
pub(crate) struct Doors {
    listener: TcpListener,
    stopped: Arc<AtomicBool>,
}

impl Doors {
    pub(crate) fn new(listener: TcpListener, stopped: Arc<AtomicBool>) -> Self {
        Self { listener, stopped }
    }
}

impl Listener for Doors {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let from_here = address.ip().to_canonical().is_loopback();
        // Small answers at once; where that fails they merely come later.
        let _ = stream.set_nodelay(true);
        let hangup = Hangup { cut: Arc::default(), server_stopped: self.stopped.clone(), from_here };
        (Line { stream, hangup }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// A connection that fails as soon as it is to be cut.
pub(crate) struct Line {
    stream: TcpStream,
    hangup: Hangup,
}

impl Line {
    fn is_cut(&self) -> bool {
        self.hangup.cut.load(Ordering::Acquire)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.is_cut() {
            // Closing then resets. Where it fails the client sees the end of the stream instead.
            let _ = self.stream.set_zero_linger();
        }
    }
}

fn reset<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.is_cut() { reset() } else { Pin::new(&mut self.stream).poll_read(cx, buf) }
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_cut() { reset() } else { Pin::new(&mut self.stream).poll_write(cx, buf) }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_cut() { reset() } else { Pin::new(&mut self.stream).poll_write_vectored(cx, bufs) }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_cut() { reset() } else { Pin::new(&mut self.stream).poll_flush(cx) }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A shutdown would end the stream politely.
        if self.is_cut() { Poll::Ready(Ok(())) } else { Pin::new(&mut self.stream).poll_shutdown(cx) }
    }
}

/**
 * Kernel settings of a service that speaks to others of its kind on several hosts, by name. A host that is gone answers nothing, not even
 * that it is: the kernel would wait a quarter of an hour for it, and what goes through a connection of before with it. With these it
 * takes 3 s to connect, and 6 s without an answer to what is sent.
 */
export const GIVES_UP_SOON = { "net.ipv4.tcp_syn_retries": "1", "net.ipv4.tcp_retries2": "4" };

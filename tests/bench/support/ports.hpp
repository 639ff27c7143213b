#pragma once

namespace fairrush::bench {

/// A port of 127.0.0.1 on which nobody listened a moment ago.
int free_port();

/// Waits until somebody listens there; throws after four seconds, with `who` in the text.
void wait_until_listening(int port, const char* who);

}  // namespace fairrush::bench

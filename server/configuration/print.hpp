#pragma once

#include <string>

#include "server/configuration/configuration.hpp"

namespace fairrush::server {

/// The configuration in force as a TOML file: every option with its help, value and source. What
/// has no value and what is secret stands there as a comment; reading the rest back gives the same
/// configuration.
std::string print_configuration(const OptionTable& table, const Sources& sources);

/// The table of options for people to read, in Markdown: name, what it is, what is accepted,
/// default.
std::string options_markdown(const OptionTable& table);

}  // namespace fairrush::server

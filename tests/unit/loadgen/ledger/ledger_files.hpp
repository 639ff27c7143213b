#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/unit/loadgen/ledger/ledger_text.hpp"

namespace fairrush::loadgen {

/// A directory of the test's own; gone with it.
class LedgerFiles : public testing::Test {
 protected:
  LedgerFiles() {
    std::string name = testing::TempDir() + "fairrush-ledger-XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  ~LedgerFiles() override { std::filesystem::remove_all(directory_); }

  std::string at(const std::string& name) const { return (directory_ / name).string(); }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ / name, std::ios::binary) << text;
    return at(name);
  }

  /// "17=A 3=B", or the error.
  static std::string read(const std::string& place, std::string query = {}) {
    auto source = parse_ledger_source(place);
    if (!source) return source.error();
    source->query = std::move(query);
    return ledger_text(*source);
  }

 private:
  std::filesystem::path directory_;
};

}  // namespace fairrush::loadgen

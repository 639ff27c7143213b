#include "base/memory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>

namespace fairrush {
namespace {

TEST(LargeVector, LiesWhereHugePagesBeginOnceItIsLarge) {
  LargeVector<std::uint32_t> table(1 << 20);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(table.data()) % (2 << 20), 0U);
}

TEST(LargeVector, KeepsItsEntriesWhileItGrowsToHugePages) {
  constexpr std::uint32_t kEntries = 1'000'000;
  LargeVector<std::uint32_t> table;
  for (std::uint32_t entry = 0; entry < kEntries; ++entry) table.push_back(entry);
  EXPECT_EQ(std::accumulate(table.begin(), table.end(), std::uint64_t{0}),
            std::uint64_t{kEntries} * (kEntries - 1) / 2);
}

}  // namespace
}  // namespace fairrush

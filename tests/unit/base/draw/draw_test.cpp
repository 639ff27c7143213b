#include "base/draw/draw.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "base/draw/digest.hpp"
#include "base/draw/merkle.hpp"

namespace fairrush {
namespace {

std::string hex(const Digest& digest) {
  return to_hex(digest);
}

TEST(Digests, MatchThePublishedVectors) {
  EXPECT_EQ(hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256({bytes_of("a"), bytes_of("bc")})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, case 2.
  EXPECT_EQ(hex(HmacSha256(bytes_of("Jefe"))({bytes_of("what do ya want for nothing?")})),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(HmacSha256({})({})),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  // RFC 4231, case 6: a key longer than a block.
  EXPECT_EQ(hex(HmacSha256(Bytes(131, 0xaa))({bytes_of("Test Using Larger Than Block-Size Key "),
                                              bytes_of("- Hash Key First")})),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(to_hex(md5({bytes_of("a"), bytes_of("bc")})), "900150983cd24fb0d6963f7d28e17f72");
}

TEST(Digests, DeriveKeysAsRfc5869) {
  // Case 1: its first 32 bytes of output.
  const Bytes key_material(22, 0x0b);
  const Bytes salt = *from_hex("000102030405060708090a0b0c");
  const Bytes info = *from_hex("f0f1f2f3f4f5f6f7f8f9");
  EXPECT_EQ(hex(hkdf_sha256(salt, key_material, info)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

TEST(Digests, ReadAndWriteHexadecimal) {
  EXPECT_EQ(to_hex(Bytes{0x00, 0x7f, 0xff}), "007fff");
  EXPECT_EQ(*from_hex("007FfF"), (Bytes{0x00, 0x7f, 0xff}));
  EXPECT_TRUE(from_hex("")->empty());
  EXPECT_FALSE(from_hex("abc"));
  EXPECT_FALSE(from_hex("0g"));
  EXPECT_FALSE(from_hex("0 "));
  EXPECT_EQ(big_endian(0x0102030405060708), (std::array<std::uint8_t, 8>{1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(Digests, TakeSecretsOfTheAskedLengthThatDiffer) {
  EXPECT_EQ(secret_bytes(32).size(), 32U);
  EXPECT_NE(secret_bytes(32), secret_bytes(32));
}

std::vector<Digest> leaves(std::size_t count) {
  std::vector<Digest> all;
  for (std::size_t leaf = 1; leaf <= count; ++leaf) {
    all.push_back(merkle_leaf(bytes_of("user-" + std::to_string(leaf))));
  }
  return all;
}

TEST(Merkle, HashesLeavesAndNodesApart) {
  const Digest leaf = merkle_leaf(bytes_of("x"));
  EXPECT_NE(leaf, sha256({bytes_of("x")}));
  EXPECT_EQ(MerkleTree({leaf}).root(), leaf);
  EXPECT_EQ(MerkleTree({}).root(), sha256({}));
}

TEST(Merkle, ProvesEveryLeafOfEverySizeAndNothingElse) {
  for (std::size_t size = 1; size <= 33; ++size) {
    const std::vector<Digest> all = leaves(size);
    const MerkleTree tree(all);
    for (std::size_t index = 0; index < size; ++index) {
      const InclusionClaim claim{all[index], index, size, tree.proof(index)};
      ASSERT_TRUE(verify_inclusion(claim, tree.root())) << size << " " << index;
      InclusionClaim elsewhere = claim;
      elsewhere.index = (index + 1) % size;
      ASSERT_EQ(verify_inclusion(elsewhere, tree.root()), size == 1);
      InclusionClaim longer = claim;
      longer.path.push_back(all[0]);
      ASSERT_FALSE(verify_inclusion(longer, tree.root()));
      if (!claim.path.empty()) {
        InclusionClaim shorter = claim;
        shorter.path.pop_back();
        ASSERT_FALSE(verify_inclusion(shorter, tree.root()));
      }
    }
  }
}

TEST(Merkle, ProvesNothingBeyondItsSize) {
  const std::vector<Digest> all = leaves(4);
  const MerkleTree tree(all);
  EXPECT_FALSE(verify_inclusion({all[0], 4, 4, tree.proof(0)}, tree.root()));
  EXPECT_FALSE(verify_inclusion({all[0], 0, 0, {}}, tree.root()));
  EXPECT_FALSE(verify_inclusion({all[0], ~std::uint64_t{0}, 4, tree.proof(0)}, tree.root()));
}

/// The vector of the specification: secret 00…1f, ten leaves, two winners.
class DrawVector : public testing::Test {
 protected:
  DrawVector() {
    std::iota(secret_.begin(), secret_.end(), std::uint8_t{0});
    root_ = MerkleTree(leaves(10)).root();
  }

  const std::string event_ = "2024-05-01";
  Bytes secret_ = Bytes(32);
  const Digest beacon_ = sha256({bytes_of("beacon")});
  Digest root_{};
};

TEST_F(DrawVector, CommitsAsPublished) {
  EXPECT_EQ(hex(draw_commitment(event_, secret_)),
            "146fcc698456c58b87f7cfc9544e51468b4ba4229f7ee3556831e8ff373c3158");
}

TEST_F(DrawVector, HasThePublishedRoot) {
  EXPECT_EQ(hex(root_), "3f6f25ad61864b1984b12ff16318eaafa3c6fb65d3ec6c5df33febcdada54df0");
}

TEST_F(DrawVector, HasThePublishedSeedAndWinners) {
  const Digest seed = draw_seed({event_, secret_, beacon_, root_, 10, 2});
  EXPECT_EQ(hex(seed), "c386784a6a0d794948db3c575c92e2d3eb77b90fd2b01d6a64442b8a2b147a93");
  EXPECT_EQ(draw_winners(seed, 10, 2),
            (std::vector<TicketNumber>{TicketNumber(6), TicketNumber(4)}));
}

TEST_F(DrawVector, DependsOnEveryInput) {
  const Digest seed = draw_seed({event_, secret_, beacon_, root_, 10, 2});
  Bytes other_secret = secret_;
  other_secret[31] ^= 1;
  EXPECT_NE(draw_seed({"2024-05-02", secret_, beacon_, root_, 10, 2}), seed);
  EXPECT_NE(draw_seed({event_, other_secret, beacon_, root_, 10, 2}), seed);
  EXPECT_NE(draw_seed({event_, secret_, {}, root_, 10, 2}), seed);
  EXPECT_NE(draw_seed({event_, secret_, beacon_, beacon_, 10, 2}), seed);
  EXPECT_NE(draw_seed({event_, secret_, beacon_, root_, 11, 2}), seed);
  EXPECT_NE(draw_seed({event_, secret_, beacon_, root_, 10, 3}), seed);
}

TEST_F(DrawVector, DrawsDistinctTicketsUpToTheWholeRoster) {
  const Digest seed = draw_seed({event_, secret_, beacon_, root_, 10, 10});
  const auto winners = draw_winners(seed, 10, 10);
  const std::set<TicketNumber> distinct(winners.begin(), winners.end());
  EXPECT_EQ(distinct.size(), 10U);
  EXPECT_EQ(distinct.begin()->value(), 1U);
  EXPECT_EQ(distinct.rbegin()->value(), 10U);
  EXPECT_TRUE(draw_winners(seed, 10, 0).empty());
  EXPECT_TRUE(draw_winners(seed, 0, 0).empty());
}

TEST(Draw, GivesEveryTicketTheSameChance) {
  std::vector<int> wins(10);
  for (std::uint64_t round = 0; round < 2'000; ++round) {
    const Digest seed = sha256({big_endian(round)});
    for (TicketNumber ticket : draw_winners(seed, 10, 2)) ++wins.at(ticket.value() - 1);
  }
  for (int count : wins) EXPECT_NEAR(count, 400, 90);  // five standard deviations
}

TEST(DrawDeathTest, StopsOnMoreWinnersThanTickets) {
  EXPECT_DEATH(draw_winners(Digest{}, 3, 4), "quota <= roster");
}

}  // namespace
}  // namespace fairrush

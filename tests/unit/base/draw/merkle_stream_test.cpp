#include <gtest/gtest.h>

#include <string>

#include "base/draw/merkle.hpp"

namespace fairrush {
namespace {

std::vector<Digest> leaves(std::size_t count) {
  std::vector<Digest> all;
  for (std::size_t leaf = 0; leaf < count; ++leaf) {
    all.push_back(merkle_leaf(bytes_of("user-" + std::to_string(leaf))));
  }
  return all;
}

TEST(MerkleStream, AgreesWithTheTreeInRootAndEveryProof) {
  for (std::size_t size = 0; size <= 70; ++size) {
    const std::vector<Digest> all = leaves(size);
    const MerkleTree tree(all);
    for (std::size_t chosen = 0; chosen < size; ++chosen) {
      MerkleStream stream;
      for (std::size_t leaf = 0; leaf < size; ++leaf) {
        if (leaf == chosen) stream.prove_next();
        stream.add(all[leaf]);
      }
      const auto [root, path] = stream.finish();
      ASSERT_EQ(stream.size(), size);
      ASSERT_EQ(root, tree.root()) << size;
      ASSERT_EQ(path, tree.proof(chosen)) << size << " " << chosen;
    }
  }
}

TEST(MerkleStream, HasTheRootOfNothingWithoutLeavesAndNoProofUnasked) {
  EXPECT_EQ(MerkleStream().finish().root, sha256({}));
  MerkleStream stream;
  for (const Digest& leaf : leaves(5)) stream.add(leaf);
  EXPECT_TRUE(stream.finish().path.empty());
}

TEST(MerkleStream, CanBeAskedInBetweenAndGoOn) {
  const std::vector<Digest> all = leaves(7);
  MerkleStream stream;
  for (std::size_t leaf = 0; leaf < all.size(); ++leaf) {
    stream.add(all[leaf]);
    const std::vector<Digest> so_far(all.begin(),
                                     all.begin() + static_cast<std::ptrdiff_t>(leaf + 1));
    EXPECT_EQ(stream.finish().root, MerkleTree(so_far).root());
  }
}

TEST(MerkleStreamDeathTest, ProvesOneLeafOnly) {
  MerkleStream stream;
  stream.prove_next();
  EXPECT_DEATH(stream.prove_next(), "chosen");
}

}  // namespace
}  // namespace fairrush

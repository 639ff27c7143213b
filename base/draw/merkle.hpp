#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/draw/digest.hpp"

namespace fairrush {

/// Hash of a leaf: SHA-256(0x00 ‖ data), RFC 9162 §2.1.1.
Digest merkle_leaf(ByteView data);

/// A Merkle tree over leaf hashes as in RFC 9162 §2.1; keeps every level, 64 bytes a leaf.
class MerkleTree {
 public:
  explicit MerkleTree(std::vector<Digest> leaves);

  /// The root; of an empty tree SHA-256 of nothing.
  Digest root() const;

  /// The inclusion proof of leaf `index` (0-based, < number of leaves), from the leaf upwards.
  std::vector<Digest> proof(std::size_t index) const;

 private:
  std::vector<std::vector<Digest>> levels_;
};

/// The same tree built one leaf at a time, in memory of the logarithm of their number: its root and
/// the inclusion proof of one chosen leaf. Value type; one thread.
class MerkleStream {
 public:
  void add(const Digest& leaf);

  /// Chooses the leaf that is added next as the one to prove. At most once.
  void prove_next();

  std::uint64_t size() const { return size_; }

  /// Root and proof over the leaves so far.
  struct Result {
    Digest root{};             ///< of no leaves SHA-256 of nothing
    std::vector<Digest> path;  ///< of the chosen leaf, from the leaf upwards; empty without one
  };
  Result finish() const;

 private:
  /// The root of a run of leaves whose number is a power of two; runs shrink towards the end.
  struct Subtree {
    Digest root{};
    std::uint64_t leaves = 0;
    bool has_chosen = false;
  };

  static void join_last(std::vector<Subtree>& subtrees, std::vector<Digest>& path);

  std::vector<Subtree> subtrees_;
  std::vector<Digest> path_;
  std::uint64_t size_ = 0;
  bool next_is_chosen_ = false;
  bool chosen_ = false;
};

/// One claim that a leaf stands at a place in a tree.
struct InclusionClaim {
  Digest leaf{};
  std::uint64_t index = 0;  ///< 0-based
  std::uint64_t size = 0;   ///< leaves in the tree
  std::vector<Digest> path;
};

/// Whether the claim leads to `root` (RFC 9162 §2.1.3.2). Never fails otherwise: a path of the
/// wrong length is simply false.
bool verify_inclusion(const InclusionClaim& claim, const Digest& root);

}  // namespace fairrush
